import type { Context } from '../../../context.ts';
import { run } from '../../../io/processes.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';
import { oncePerEnvironment } from './once.ts';
import type { NodePlace } from './places.ts';

/**
 * The command that puts what follows it into a systemd scope with the node's limits: empty when the node has none, or
 * when systemd cannot enforce them here (no systemd, or no memory controller for this user).
 */
export async function scopeOf(place: NodePlace, tag: ProcessNodeTag, context: Context): Promise<string[]> {
  if (tag.memoryMiB === undefined && tag.cpus === undefined) return [];
  const command = await scopeCommand(context);
  if (!command) return [];
  const memory =
    tag.memoryMiB === undefined ? [] : ['-p', `MemoryMax=${tag.memoryMiB}M`, '-p', 'MemorySwapMax=0'];
  const cpu = tag.cpus === undefined ? [] : ['-p', `CPUQuota=${Math.ceil(tag.cpus * 100)}%`];
  const unit = `repo2vc-${place.cluster}-${place.node}-${context.random(4)}.scope`;
  return [...command, `--unit=${unit}`, ...memory, ...cpu, '--'];
}

/** Whether systemd enforces the memory limit of a scope on this computer. */
export async function scopesWork(context: Context): Promise<boolean> {
  return (await scopeCommand(context)) !== undefined;
}

const scopeCommand = oncePerEnvironment(tryScope);

/** Asks for a limit and looks whether the kernel has it: systemd ignores what it was not delegated. */
async function tryScope(context: Context): Promise<string[] | undefined> {
  const manager = process.getuid?.() === 0 ? [] : ['--user'];
  const base = ['systemd-run', ...manager, '--scope', '--quiet', '--collect'];
  const look = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"';
  // From systemd 253 on a scope is stopped whole when the kernel kills one of its processes, unless told otherwise.
  for (const command of [[...base, '-p', 'OOMPolicy=continue'], base]) {
    const probe = [...command, '-p', 'MemoryMax=64M', '--', 'sh', '-c', look];
    const result = await run(probe, {
      env: context.environment,
      timeoutMs: 5000,
      signal: context.signal,
    }).catch(() => undefined);
    context.signal.throwIfAborted();
    if (result?.code === 0 && result.stdout.toString().trim() === String(64 * 1024 * 1024)) return command;
  }
  return undefined;
}
