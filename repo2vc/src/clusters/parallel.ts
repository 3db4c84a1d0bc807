import type { ClusterStep } from './types.ts';

/** Steps at once: more would only wait for each other on one computer, and be impolite to a remote one. */
const most = 8;

/**
 * Performs steps, each as soon as those that it comes after are done. `work` tells whether the step is done; what comes
 * after one that is not is left out. Steps named in `after` that are not among `steps` count as done.
 */
export async function inOrder(
  steps: readonly ClusterStep[],
  work: (step: ClusterStep) => Promise<boolean>,
): Promise<void> {
  const waiting = new Map(steps.map((step) => [step.key, step]));
  const blocked = new Set(waiting.keys());
  const running = new Set<Promise<void>>();
  const perform = async (step: ClusterStep) => {
    if (await work(step)) blocked.delete(step.key);
  };
  for (;;) {
    for (const step of waiting.values()) {
      if (running.size === most || step.after.some((key) => blocked.has(key))) continue;
      waiting.delete(step.key);
      const task: Promise<void> = perform(step).finally(() => running.delete(task));
      running.add(task);
    }
    if (running.size === 0) return;
    await Promise.race(running);
  }
}

/** Does something for every item, a few at once; the first failure is thrown when all that were begun have ended. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: most }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
