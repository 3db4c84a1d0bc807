import type { Context } from '../../../context.ts';
import { run } from '../../../io/processes.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';
import { oncePerEnvironment } from './once.ts';
import type { NodePlace } from './places.ts';

/**
 * The command that puts what follows it into a systemd scope with the node's limits: empty when the node has none, or
 * when systemd cannot enforce them here: no systemd, no memory controller for this user, or a scope that would end when
 * the user logs out, and the node with it.
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
  const root = process.getuid?.() === 0;
  if (!root && !(await lingers(context))) return undefined;
  const manager = root ? [] : ['--user'];
  const base = ['systemd-run', ...manager, '--scope', '--quiet', '--collect'];
  const look = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"';
  // From systemd 253 on a scope is stopped whole when the kernel kills one of its processes, unless told otherwise.
  for (const command of [[...base, '-p', 'OOMPolicy=continue'], base]) {
    const probe = [...command, '-p', 'MemoryMax=64M', '--', 'sh', '-c', look];
    if ((await ask(probe, context)) === String(64 * 1024 * 1024)) return command;
  }
  return undefined;
}

/** Without lingering a user's systemd, and every scope of it, ends with the last log-out: loginctl(1). */
async function lingers(context: Context): Promise<boolean> {
  const user = String(process.getuid?.());
  return (await ask(['loginctl', 'show-user', user, '--property=Linger', '--value'], context)) === 'yes';
}

/** What a program prints; undefined when it fails. */
async function ask(argv: readonly string[], context: Context): Promise<string | undefined> {
  const options = { env: context.environment, timeoutMs: 5000, signal: context.signal };
  const result = await run(argv, options).catch(() => undefined);
  context.signal.throwIfAborted();
  return result?.code === 0 ? result.stdout.toString().trim() : undefined;
}
