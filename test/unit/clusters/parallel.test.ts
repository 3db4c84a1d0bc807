import { expect, it } from 'vitest';
import { inOrder } from '../../../repo2vc/src/clusters/parallel.ts';
import type { ClusterStep } from '../../../repo2vc/src/clusters/types.ts';

function step(key: string, ...after: string[]): ClusterStep {
  return { key, kind: 'ensure', after, why: 'test', deadlineMs: 1000 };
}

it('performs at most eight steps at once', async () => {
  let running = 0;
  let peak = 0;
  const steps = Array.from({ length: 30 }, (_, index) => step(`s${index}`));
  let done = 0;
  await inOrder(steps, 8, async () => {
    peak = Math.max(peak, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    done++;
    return true;
  });
  expect([peak, done]).toEqual([8, 30]);
});

it('waits for what a step comes after, and leaves out what comes after one that was not done', async () => {
  const order: string[] = [];
  await inOrder(
    [step('c', 'a', 'b'), step('b', 'a'), step('a', 'elsewhere'), step('e', 'd'), step('d')],
    8,
    async ({ key }) => {
      order.push(key);
      return key !== 'd';
    },
  );
  expect(order.filter((key) => key !== 'd')).toEqual(['a', 'b', 'c']);
  expect(order).not.toContain('e');
});
