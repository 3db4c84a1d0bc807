import { expect, onTestFinished, test } from 'vitest';
import { clusterProviders } from '../../../repo2vc/src/clusters/registry.ts';
import type { ClusterProvider } from '../../../repo2vc/src/clusters/types.ts';
import { Failure } from '../../../repo2vc/src/failure.ts';
import { sweep, sweepable } from '../../../repo2vc/src/pipeline/clusters.ts';
import { testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { memoryProvider, newWorld } from '../../support/memory-provider.ts';

/** Expired clusters that refuse to be ended, in the place of those of this computer. */
function stubborn(...ids: readonly string[]) {
  const context = testContext();
  const world = newWorld();
  const createdAt = '2026-01-01T00:00:00Z';
  for (const id of ids) {
    const cluster = { id, owner: context.owner, createdAt };
    world.clusters.set(id, { cluster, expiresAt: createdAt, nodes: new Map() });
  }
  const refuse = new Failure('not-removed', 'It holds on.', { hint: 'Wait.' });
  const registry = clusterProviders as ClusterProvider[];
  const before = registry.splice(0, registry.length, memoryProvider(world, { refuse }));
  onTestFinished(() => void registry.splice(0, registry.length, ...before));
  return context;
}

test('a sweep tells of every cluster that it could not end', async () => {
  const context = stubborn('r-1-a', 'r-1-b');
  const { views } = await sweepable({ all: false }, context);
  const failure = await failureOf(() => sweep(views, context));
  expect(failure).toMatchObject({ code: 'clusters-left', args: { clusters: ['r-1-a', 'r-1-b'] } });
  expect(failure.message).toContain('r-1-a (It holds on.); r-1-b (It holds on.)');
});

test('a sweep that could not end one cluster fails as that did', async () => {
  const context = stubborn('r-1-a');
  const { views } = await sweepable({ all: false }, context);
  expect((await failureOf(() => sweep(views, context))).code).toBe('not-removed');
});
