import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clusterProviders } from '../../../repo2vc/src/clusters/registry.ts';
import type { ClusterProvider } from '../../../repo2vc/src/clusters/types.ts';
import type { Context } from '../../../repo2vc/src/context.ts';
import { Failure } from '../../../repo2vc/src/failure.ts';
import {
  destroyCluster,
  listClusters,
  showCluster,
  sweep,
  sweepable,
} from '../../../repo2vc/src/pipeline/clusters.ts';
import { testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { memoryProvider, newWorld } from '../../support/memory-provider.ts';
import { targetOf } from '../../support/plan.ts';

/** Puts these providers in the place of those of this computer, for one test. */
function withProviders(...providers: readonly ClusterProvider[]): void {
  const registry = clusterProviders as ClusterProvider[];
  const before = registry.splice(0, registry.length, ...providers);
  onTestFinished(() => void registry.splice(0, registry.length, ...before));
}

/** A provider that cannot be asked. */
function silent(code: string): ClusterProvider {
  const fails = () => Promise.reject(new Failure(code, 'It does not answer.'));
  return { ...memoryProvider(newWorld()), id: 'docker', list: fails, observe: fails };
}

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
  withProviders(memoryProvider(world, { refuse }));
  return context;
}

/** A provider with one cluster that runs, after one that cannot be asked. */
function besideSilent(code: string) {
  const context = testContext();
  const world = newWorld();
  const cluster = { id: 'r-1-a', owner: context.owner, createdAt: '2026-01-01T00:00:00Z' };
  world.clusters.set('r-1-a', { cluster, expiresAt: '2099-01-01T00:00:00Z', nodes: new Map() });
  withProviders(silent(code), memoryProvider(world));
  return context;
}

test('a provider that cannot be asked does not hide what the others know', async () => {
  const context = besideSilent('engine-silent');
  const { views, silent: unasked } = await listClusters(context);
  expect(views.map((view) => view.cluster.id)).toEqual(['r-1-a']);
  expect(unasked).toMatchObject([{ provider: 'docker', failure: { code: 'engine-silent' } }]);
  expect((await showCluster('r-1-a', context)).provider).toBe('memory');
  expect(await destroyCluster('r-1-a', { discard: true }, context)).toEqual({ existed: true });
});

test('that nothing is left is not said as long as somebody who may have it cannot be asked', async () => {
  const context = besideSilent('engine-silent');
  expect((await failureOf(() => destroyCluster('r-2-b', {}, context))).code).toBe('engine-silent');
});

test('without a container engine nothing is in one, unless a run says that it made it there', async () => {
  const context = besideSilent('no-engine');
  expect(await destroyCluster('r-2-b', {}, context)).toEqual({ existed: false });
  chose(context, 'r-2-b', 'docker');
  expect((await failureOf(() => destroyCluster('r-2-b', {}, context))).code).toBe('no-engine');
});

test('who did not make a cluster, as its run says, need not be asked', async () => {
  const context = besideSilent('engine-silent');
  chose(context, 'r-2-b', 'process');
  expect(await destroyCluster('r-2-b', {}, context)).toEqual({ existed: false });
});

/** A run that chose its provider, and whose cluster has ended. */
function chose(context: Context, run: string, provider: 'docker' | 'process'): void {
  const folder = join(context.places.state, 'runs', run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'target.json'), JSON.stringify(targetOf({ provider })));
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
