import type { ClusterStep } from './types.ts';

/**
 * Performs steps, at most `most` at once, each as soon as those that it comes after are done. `work` tells whether the step is done; what comes
 * after one that is not is left out. Steps named in `after` that are not among `steps` count as done.
 */
export async function inOrder(
  steps: readonly ClusterStep[],
  most: number,
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

/** Does something for every item, at most `most` at once; the first failure is thrown when all that were begun have ended. */
export async function eachOf<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: most }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
