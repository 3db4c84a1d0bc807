import { constants, existsSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { codeOf, readIfThere } from '../../../io/files.ts';
import { startTimeOf } from '../../../io/lock.ts';
import { startDetached } from '../../../io/processes.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';
import type { Member } from './members.ts';
import { type NodePlace, names } from './places.ts';
import { marksOf } from './sandbox.ts';
import { scopeOf } from './scope.ts';

const nodeSide = new URL('../../../../node-side/', import.meta.url);

/** The process that a file with `PID START` names, if it runs. */
export async function processIn(path: string): Promise<Member | undefined> {
  const [pid = '', startTime = ''] = ((await readIfThere(path)) ?? '').trim().split(' ');
  if (!/^[1-9]\d*$/.test(pid) || startTime === '') return undefined;
  return (await startTimeOf(Number(pid))) === startTime ? { pid: Number(pid), startTime } : undefined;
}

/** The supervisor of a node, if it runs. */
export function supervisorOf(place: NodePlace): Promise<Member | undefined> {
  return processIn(join(place.folder, names.supervisor));
}

/** Starts the supervisor of a node unless it runs, and waits until it takes commands. */
export async function startSupervisor(
  place: NodePlace,
  tag: ProcessNodeTag,
  context: Context,
): Promise<void> {
  if (await supervisorOf(place)) return;
  // The node keeps its own copy: it outlives this installation of repo2vc.
  for (const script of ['supervisor.sh', 'reaper.sh', 'job.sh', 'members.sh']) {
    await copyFile(new URL(script, nodeSide), join(place.folder, script));
  }
  const log = await open(join(place.folder, 'supervisor.log'), 'a', 0o600);
  try {
    const memory = String((tag.memoryMiB ?? 0) * 1024);
    const scope = await scopeOf(place, tag, context);
    const script = ['sh', join(place.folder, 'supervisor.sh'), place.folder, place.volatile, memory];
    await startDetached([...scope, ...script, ...(scope.length > 0 ? ['scope'] : [])], {
      env: { PATH: context.environment.PATH, ...scopeVariables(scope, context), ...marksOf(place) },
      output: log.fd,
    });
  } finally {
    await log.close();
  }
  await waitFor(place, context);
}

/** systemd-run finds the user's systemd by these. */
function scopeVariables(scope: readonly string[], context: Context): Record<string, string | undefined> {
  if (scope.length === 0) return {};
  const { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = context.environment;
  return { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS };
}

async function waitFor(place: NodePlace, context: Context): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (existsSync(join(place.folder, names.supervisor)) && (await supervisorOf(place))) return;
    await context.clock.sleep(attempt < 50 ? 5 : 20, context.signal);
  }
  const said = (await readIfThere(join(place.folder, 'supervisor.log')))?.trim().slice(-500);
  throw new Failure(
    'supervisor-not-started',
    `The supervisor of node ${place.node} did not start${said ? `: ${said}` : '.'}`,
    {
      hint: 'See what this computer lacks with: repo2vc doctor',
      retryable: true,
    },
  );
}

/** Sends a command line to the supervisor; false when none listens. */
export async function sendCommand(place: NodePlace, command: string): Promise<boolean> {
  try {
    const control = await open(join(place.folder, names.control), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await control.write(`${command}\n`);
    } finally {
      await control.close();
    }
    return true;
  } catch (error) {
    // No such file before the first start; no reader after the supervisor has died.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENXIO' || codeOf(error) === 'EPIPE') return false;
    throw error;
  }
}
