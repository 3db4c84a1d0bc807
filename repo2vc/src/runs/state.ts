import { join } from 'node:path';
import { readIfThere, writeFileAtomic } from '../io/files.ts';
import { ownerOf } from '../io/lock.ts';
import type { EventRecord } from '../model/index.ts';
import { readEvents } from './event-log.ts';
import type { Run } from './folder.ts';

/** What can be said of a run from outside, by its files alone. */
export type RunState =
  /** Made, and never started. */
  | 'new'
  /** A living process owns it. */
  | 'running'
  /** It has a question; resume it with the answer. */
  | 'waiting'
  | 'finished'
  | 'failed'
  | 'canceled'
  /** Its owner died; resume or cancel it. */
  | 'interrupted';

const ends: Readonly<Record<string, RunState>> = {
  'run-waiting': 'waiting',
  'run-finished': 'finished',
  'run-failed': 'failed',
  'run-canceled': 'canceled',
};

/** Derives a run's state from its lock and the end of its log; nothing else keeps it. */
export async function stateOf(run: Run): Promise<RunState> {
  if (await ownerOf(run.folder)) return 'running';
  const last = (await readEvents(run)).at(-1);
  return last ? (ends[last.code] ?? 'interrupted') : 'new';
}

/** The last event with this code, if the run had one. */
export async function lastEvent(run: Run, code: string): Promise<EventRecord | undefined> {
  return (await readEvents(run)).findLast((record) => record.code === code);
}

/** The file in a run folder that asks its owner to stop. */
export const cancelName = 'cancel';

/** Asks the owner of a run to stop. Whoever may write in the run folder may ask; the owner looks for this file. */
export async function requestCancel(run: Run): Promise<void> {
  await writeFileAtomic(join(run.folder, cancelName), '');
}

/** Whether somebody has asked for the run's end. */
export async function isCancelRequested(run: Run): Promise<boolean> {
  return (await readIfThere(join(run.folder, cancelName))) !== undefined;
}

/**
 * Calls `onCancel` once when somebody asks for the run's end. Gives the function that stops looking. It looks on its
 * own, twice a second: notifications of the file system are not to be had everywhere.
 */
export function watchForCancel(run: Run, onCancel: () => void): () => void {
  const stop = () => clearInterval(timer);
  const look = async () => {
    if (!(await isCancelRequested(run))) return;
    stop();
    onCancel();
  };
  const timer = setInterval(() => void look().catch(() => undefined), 500);
  timer.unref();
  return stop;
}
