import { readdirSync, readFileSync } from 'node:fs';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';

/** A running process; the start time tells it from a later one with the same pid. */
export interface Member {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * Finds the processes that carry one of `marks` (`NAME=value`) in their environment, and all their descendants, which may have
 * overwritten theirs. Never this process itself.
 */
export async function findMembers(marks: readonly string[]): Promise<Member[]> {
  const known = await lookAtAll();
  const isMarked = (one: Seen) => marks.some((mark) => one.environment.includes(`\0${mark}\0`));
  const mine = new Set(known.filter(isMarked).map((one) => one.pid));
  for (let before = -1; before !== mine.size; ) {
    before = mine.size;
    for (const one of known) if (mine.has(one.parent)) mine.add(one.pid);
  }
  return known.filter((one) => mine.has(one.pid) && one.pid !== process.pid);
}

interface Seen extends Member {
  readonly parent: number;
  /** `\0NAME=value\0NAME=value\0`; empty for a process of somebody else, which cannot be ours. */
  readonly environment: string;
}

let look: Promise<readonly Seen[]> | undefined;

/**
 * Every process of this computer. Who asks while a look has not begun shares it: many nodes are ended at once. Reads
 * /proc without giving way: that is ten times as fast.
 */
function lookAtAll(): Promise<readonly Seen[]> {
  look ??= new Promise((resolve) => {
    setImmediate(() => {
      look = undefined;
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      resolve(pids.map((pid) => lookAt(Number(pid))).filter((one) => one !== undefined));
    });
  });
  return look;
}

/**
 * Undefined when it has ended. Field 3 of /proc/PID/stat is the state, 4 the parent, 22 the start time, 23 the size in
 * memory: only the kernel's own threads have none (proc(5)).
 */
function lookAt(pid: number): Seen | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [startTime, size] = fields.slice(17);
  if (startTime === undefined || state === 'Z') return undefined;
  const environment = size === '0' ? '' : `\0${textOf(`/proc/${pid}/environ`)}`;
  return { pid, startTime, parent: Number(parent), environment };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Kills a process if it still is the one that was meant. */
export function killMember(member: Member): void {
  if (lookAt(member.pid)?.startTime !== member.startTime) return;
  try {
    process.kill(member.pid, 'SIGKILL');
  } catch {
    // it ended by itself, or belongs to somebody else now: the next look tells
  }
}

/**
 * Kills every process that carries one of `marks`, and looks until none is seen. The youngest go first, so that a reaper
 * does not begin its own work because its supervisor has died.
 */
export async function endMembers(marks: readonly string[], context: Context): Promise<void> {
  for (let round = 0; ; round++) {
    const members = await findMembers(marks);
    if (members.length === 0) return;
    if (round === 200) {
      throw new Failure(
        'processes-remain',
        `${members.length} processes of ${marks.join(', ')} could not be ended.`,
        {
          hint: `Look at them with: ps -fp ${members.map((member) => member.pid).join(',')}`,
          retryable: true,
        },
      );
    }
    const age = (one: Member) => Number(one.startTime);
    for (const member of members.sort((a, b) => age(b) - age(a) || b.pid - a.pid)) killMember(member);
    await context.clock.sleep(Math.min(2 * (round + 1), 100), context.signal);
  }
}
