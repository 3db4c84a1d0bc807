import { readdir, readFile } from 'node:fs/promises';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { startTimeOf } from '../../../io/lock.ts';

/** A running process; the start time tells it from a later one with the same pid. */
export interface Member {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * Finds the processes that carry `mark` (`NAME=value`) in their environment, and all their descendants, which may have
 * overwritten theirs. Never this process itself.
 */
export async function findMembers(mark: string): Promise<Member[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const facts = await Promise.all(pids.map((pid) => factsOf(pid, mark)));
  const known = facts.filter((fact) => fact !== undefined);
  const mine = new Set(known.filter((fact) => fact.marked).map((fact) => fact.pid));
  for (let before = -1; before !== mine.size; ) {
    before = mine.size;
    for (const fact of known) if (mine.has(fact.parent)) mine.add(fact.pid);
  }
  return known.filter((fact) => mine.has(fact.pid) && fact.pid !== process.pid);
}

async function factsOf(pid: number, mark: string) {
  const startTime = await startTimeOf(pid);
  if (startTime === undefined) return undefined;
  const [environment, stat] = await Promise.all([
    readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''),
  ]);
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return { pid, startTime, parent, marked: environment.split('\0').includes(mark) };
}

/** Kills a process if it still is the one that was meant. */
export async function killMember(member: Member): Promise<void> {
  if ((await startTimeOf(member.pid)) !== member.startTime) return;
  try {
    process.kill(member.pid, 'SIGKILL');
  } catch {
    // it ended by itself, or belongs to somebody else now: the next look tells
  }
}

/** Kills every process that carries `mark`, and looks until none is seen. */
export async function endMembers(mark: string, context: Context): Promise<void> {
  for (let round = 0; ; round++) {
    const members = await findMembers(mark);
    if (members.length === 0) return;
    if (round === 200) {
      throw new Failure('processes-remain', `${members.length} processes of ${mark} could not be ended.`, {
        hint: `Look at them with: ps -fp ${members.map((member) => member.pid).join(',')}`,
        retryable: true,
      });
    }
    for (const member of members) await killMember(member);
    await context.clock.sleep(Math.min(10 * (round + 1), 100), context.signal);
  }
}
