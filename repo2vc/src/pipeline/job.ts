import { setMaxListeners } from 'node:events';
import type { Context } from '../context.ts';
import { Failure, interrupted, isFailure } from '../failure.ts';
import { takeLock } from '../io/lock.ts';
import type { Answers, Deposit, EventRecord, Need, RunRequest, Session, Target } from '../model/index.ts';
import { openLog, readEvents } from '../runs/event-log.ts';
import { answersOf, forgetValues, type Run, refuseSecretsIn, requestOf, saveValue } from '../runs/folder.ts';
import {
  cancelName,
  isCancelRequested,
  lastEvent,
  requestCancel,
  stateOf,
  watchForCancel,
} from '../runs/state.ts';
import { Waiting } from './stepper.ts';

/** What a finished job gives. */
export type JobValue = Target | Session | Deposit;

/** How a job ended, when it did not fail. */
export type JobResult =
  | { readonly state: 'finished'; readonly value: JobValue }
  | { readonly state: 'waiting'; readonly needs: readonly Need[] }
  | { readonly state: 'canceled' };

/** What one kind of run does. The context is the run's own: its events go to the run's log. */
export interface JobKind {
  perform(request: RunRequest, run: Run, answers: Answers, context: Context): Promise<JobValue>;
  /**
   * Takes away what was made: all of it after a cancel; after a failure what is of no use to whoever resumes. Work that
   * a person did is brought home.
   */
  abandon(request: RunRequest, run: Run, context: Context, after: 'failure' | 'cancel'): Promise<void>;
}

/**
 * Owns a run from taking its lock to releasing it, and does it as far as it can be done now: to its end, to a question,
 * to a failure (thrown, after what was made has been taken away), or until somebody stops it. When the signal of
 * `context` fires, everything stays as it is and the Failure `interrupted` tells how to go on; a cancel, asked for in
 * the run folder by anybody, takes everything away.
 */
export async function runJob(
  run: Run,
  kind: JobKind,
  context: Context,
  listener: (record: EventRecord) => void,
): Promise<JobResult> {
  const request = await requestOf(run);
  refuseSecretsIn(request);
  const lock = await takeLock(run.folder);
  if ('owner' in lock) {
    throw new Failure(
      'run-busy',
      `Run ${run.id} is being done by process ${lock.owner.pid} on ${lock.owner.host}.`,
      {
        hint: `Watch it with: repo2vc runs attach ${run.id}`,
      },
    );
  }
  const log = openLog(run, context.clock, listener);
  const stopped = linkSignals(run, context);
  try {
    await refuseCanceled(run);
    await tellBeginning(run, request, log.emit);
    const inner: Context = { ...context, emit: log.emit, signal: stopped.signal };
    return await perform({ run, request, kind, context: { ...context, emit: log.emit }, inner, stopped });
  } finally {
    stopped.unlink();
    log.close();
    await lock.release();
  }
}

/** What was cancelled stays so, also for whoever was about to do it in the background. */
async function refuseCanceled(run: Run): Promise<void> {
  const last = (await readEvents(run)).at(-1);
  if (last?.code !== 'run-canceled' || (await isCancelRequested(run))) return;
  throw new Failure('run-canceled', `Run ${run.id} was cancelled.`, {
    hint: 'Begin a new one with: repo2vc reproduce',
    args: { run: run.id },
  });
}

interface Stop {
  readonly signal: AbortSignal;
  isCanceled(): Promise<boolean>;
  unlink(): void;
}

function linkSignals(run: Run, context: Context): Stop {
  const controller = new AbortController();
  // Every node, download and program listens; that many listeners are no leak.
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort(interrupted());
  const stopWatching = watchForCancel(run, stop);
  if (context.signal.aborted) stop();
  context.signal.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    isCanceled: () => isCancelRequested(run),
    unlink: () => {
      stopWatching();
      context.signal.removeEventListener('abort', stop);
    },
  };
}

async function tellBeginning(run: Run, request: RunRequest, emit: Context['emit']): Promise<void> {
  await forgetValues(run, ['needs.json']);
  const before = await readEvents(run);
  const reference = request.kind === 'reproduce' ? request.reference : request.folder;
  if (before.length === 0) emit({ code: 'run-started', args: { kind: request.kind, reference } });
  else emit({ code: 'run-resumed', args: { from: before.at(-1)?.step ?? '' } });
}

interface Performance {
  readonly run: Run;
  readonly request: RunRequest;
  readonly kind: JobKind;
  /** Goes on although the run was told to stop: for leaving nothing behind. */
  readonly context: Context;
  readonly inner: Context;
  readonly stopped: Stop;
}

async function perform(performance: Performance): Promise<JobResult> {
  const { run, request, kind, inner, context, stopped } = performance;
  const began = context.clock.now().getTime();
  try {
    if (await stopped.isCanceled()) throw interrupted();
    const value = await kind.perform(request, run, await answersOf(run), inner);
    context.emit({
      code: 'run-finished',
      args: { kind: request.kind, ms: context.clock.now().getTime() - began },
    });
    return { state: 'finished', value };
  } catch (error) {
    if (error instanceof Waiting) return await wait(performance, error.needs);
    if (await stopped.isCanceled()) return await cancel(performance);
    if (context.signal.aborted) throw interruptedRun(run);
    await abandon(performance, 'failure');
    tellFailure(context, error);
    throw error;
  }
}

async function wait({ run, context }: Performance, needs: readonly Need[]): Promise<JobResult> {
  const step = (await readEvents(run)).findLast((record) => record.code === 'step-started')?.step ?? '';
  await saveValue(run, 'needs.json', { schemaVersion: 1, step, needs });
  context.emit({ code: 'run-waiting', args: { step, needs: needs.map((need) => need.kind) } });
  return { state: 'waiting', needs };
}

async function cancel(performance: Performance): Promise<JobResult> {
  const left = !(await abandon(performance, 'cancel'));
  await forgetValues(performance.run, [cancelName]);
  performance.context.emit({ code: 'run-canceled', args: { left } });
  return { state: 'canceled' };
}

/**
 * What cannot be taken away now is told, with the command that does it later; the run still ends as it should. Gives
 * whether all was taken away.
 */
async function abandon(
  { kind, request, run, context }: Performance,
  after: 'failure' | 'cancel',
): Promise<boolean> {
  try {
    await kind.abandon(request, run, context, after);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Not everything could be taken away (${why}). Try again with: repo2vc runs cancel ${run.id}`;
    context.emit({ code: 'warning', args: { warning: 'left-behind', message } });
    return false;
  }
}

function tellFailure(context: Context, error: unknown): void {
  const { code, message, hint, retryable } = isFailure(error)
    ? error
    : { code: 'internal', message: String(error), hint: undefined, retryable: false };
  context.emit({ code: 'run-failed', args: { failure: code, message, hint: hint ?? '', retryable } });
}

/** What a person is told whose run was stopped and can be gone on with. */
export function interruptedRun(run: Run): Failure {
  return new Failure('interrupted', `Interrupted. Run ${run.id} stays as it is.`, {
    hint: `Go on with: repo2vc runs resume ${run.id}\nor take everything away with: repo2vc runs cancel ${run.id}`,
  });
}

/**
 * Ends a run and takes away what it made, whoever owns it: a living owner is asked and waited for; without one it is
 * done here. Failure `left-behind` when not everything could be taken away, `already-public` for what cannot be.
 */
export async function cancelRun(
  run: Run,
  kind: JobKind,
  context: Context,
  listener: (record: EventRecord) => void,
): Promise<void> {
  if ((await requestOf(run)).kind === 'publish' && (await stateOf(run)) === 'finished') {
    throw new Failure('already-public', `What run ${run.id} published is public: it cannot be taken back.`, {
      hint: 'Ask the archive to remove a record; its page then says so for good.',
      args: { run: run.id },
    });
  }
  await requestCancel(run);
  while ((await stateOf(run)) === 'running') await context.clock.sleep(100, context.signal);
  if (await isCancelRequested(run)) await runJob(run, kind, context, listener);
  if ((await lastEvent(run, 'run-canceled'))?.args.left !== true) return;
  throw new Failure('left-behind', `Run ${run.id} is cancelled, but not all it made could be taken away.`, {
    hint: `Try again with: repo2vc runs cancel ${run.id}`,
    retryable: true,
    args: { run: run.id },
  });
}
