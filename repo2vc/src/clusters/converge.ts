import type { Clock, Context } from '../context.ts';
import { Failure, interrupted, isFailure } from '../failure.ts';
import type { ClusterGoal, ClusterId, ClusterView } from '../model/index.ts';
import type { Journal } from './journal.ts';
import { inOrder } from './parallel.ts';
import type { ClusterProvider, ClusterStep } from './types.ts';

/** What shall become true of one cluster, and with what. */
export interface Work {
  readonly cluster: ClusterId;
  readonly goal: ClusterGoal | 'absent';
  readonly provider: ClusterProvider;
  readonly journal: Journal;
  /** Called with the steps that are about to be performed, for what must be saved before. */
  readonly before?: (steps: readonly ClusterStep[], seen: ClusterView) => Promise<void>;
}

/** A step that was tried so often is not tried again. */
const mostAttempts = 4;
/** How long work that was told to stop is waited for. */
const patienceMs = 10_000;

/**
 * Observes, plans, performs, and observes again, until nothing is left to do; the last view is the answer. Serves
 * create, resume, repair and destroy alike. Whether a step worked is never believed but looked at: so a lost answer, a
 * deadline and a failure that may pass are one case. What cannot pass is thrown at once.
 */
export async function converge(work: Work, context: Context): Promise<ClusterView> {
  const attempts = new Map<string, number>();
  let last: Failure | undefined;
  for (let round = 0; ; round++) {
    const seen = await observe(work, context);
    const steps = work.provider.plan(work.goal, seen);
    if (steps.length === 0) return seen;
    if (steps.some((step) => (attempts.get(step.key) ?? 0) >= mostAttempts))
      throw notReached(work, seen, last);
    if (round === 0)
      context.emit({ code: 'cluster-planned', args: { cluster: work.cluster.id, steps: steps.length } });
    else await context.clock.sleep(pause(round, context), context.signal);
    await work.before?.(steps, seen);
    for (const step of steps) attempts.set(step.key, (attempts.get(step.key) ?? 0) + 1);
    const failures = await performAll(steps, work, context);
    if (context.signal.aborted) throw interrupted();
    const final = failures.find((error) => !isFailure(error) || !error.retryable);
    if (final !== undefined) throw final;
    last = failures.find(isFailure);
  }
}

/** Looks at a cluster; a look that failed for a passing reason is repeated. */
async function observe(work: Work, context: Context): Promise<ClusterView> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work.provider.observe(work.cluster, context);
    } catch (error) {
      if (!isFailure(error) || !error.retryable || attempt === mostAttempts) throw error;
      await context.clock.sleep(pause(attempt, context), context.signal);
    }
  }
}

async function performAll(steps: readonly ClusterStep[], work: Work, context: Context): Promise<unknown[]> {
  const failures: unknown[] = [];
  await inOrder(steps, work.provider.parallel, async (step) => {
    if (context.signal.aborted) return false;
    try {
      await performOne(step, work, context);
      return true;
    } catch (error) {
      failures.push(error);
      return false;
    }
  });
  return failures;
}

async function performOne(step: ClusterStep, work: Work, context: Context): Promise<void> {
  const { key, kind, why } = step;
  const cluster = work.cluster.id;
  context.emit({ code: 'cluster-step', args: { cluster, step: key, kind } });
  await work.journal.note({ phase: 'intent', step: key, kind, why });
  try {
    await withDeadline(step, context, (inner) => work.provider.perform(step, work.goal, work.cluster, inner));
  } catch (error) {
    const code = isFailure(error) ? error.code : 'fault';
    await work.journal.note({ phase: 'failed', step: key, kind, code });
    if (isFailure(error) && error.retryable) {
      context.emit({ code: 'cluster-step-retried', args: { cluster, step: key, why: code } });
    }
    throw error;
  }
  await work.journal.note({ phase: 'done', step: key, kind });
}

/** Stops a step at its deadline and when we are told to stop; no longer waits for it when the provider does not. */
async function withDeadline(
  step: ClusterStep,
  context: Context,
  work: (inner: Context) => Promise<void>,
): Promise<void> {
  const late = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([context.signal, late.signal]);
  const deadline = context.clock.sleep(step.deadlineMs, AbortSignal.any([context.signal, done.signal]));
  const isLate = deadline.then(() => {
    late.abort();
    throw new Failure('step-deadline', `${step.key} was not done after ${step.deadlineMs / 1000} seconds.`, {
      retryable: true,
      args: { step: step.key },
    });
  });
  // The loser of a race must not be an unhandled rejection.
  isLate.catch(() => undefined);
  const inside = work({ ...context, signal });
  inside.catch(() => undefined);
  try {
    await Promise.race([inside, isLate]);
  } catch (error) {
    // What is still being done must not meet what is done next, by us or by whoever goes on with this run.
    await endOf(inside, context.clock);
    throw error;
  } finally {
    done.abort();
  }
}

/** Waits until work that was told to stop has ended, but not for ever. */
async function endOf(work: Promise<void>, clock: Clock): Promise<void> {
  const over = new AbortController();
  const patience = clock.sleep(patienceMs, over.signal).catch(() => undefined);
  await Promise.race([Promise.allSettled([work]), patience]);
  over.abort();
}

/** Milliseconds, longer every time, never the same for two who wait for one thing. */
function pause(round: number, context: Context): number {
  const jitter = Number.parseInt(context.random(4), 36) / 36 ** 4;
  return Math.round(Math.min(5000, 100 * 2 ** round) * (0.5 + jitter / 2));
}

function notReached(work: Work, seen: ClusterView, last: Failure | undefined): Failure {
  const { id } = work.cluster;
  const why = last ? ` ${last.message}` : '';
  const options = { retryable: true, ...(last && { cause: last }) };
  if (work.goal === 'absent') {
    return new Failure('cluster-not-removed', `Something of ${id} is still there.${why}`, {
      hint: `Try again with: repo2vc clusters destroy ${id}`,
      args: { cluster: id, left: seen.nodes.map((node) => node.ref) },
      ...options,
    });
  }
  const reasons = seen.nodes
    .filter((node) => node.state !== 'ready')
    .map((node) => `${node.name} ${node.state}${node.reason ? ` (${node.reason.code})` : ''}`);
  return new Failure(
    'cluster-not-ready',
    `Not all nodes of ${id} came up: ${reasons.join(', ') || 'none is there'}.${why}`,
    {
      hint: 'See what this computer lacks with: repo2vc doctor',
      args: { cluster: id, nodes: reasons },
      ...options,
    },
  );
}
