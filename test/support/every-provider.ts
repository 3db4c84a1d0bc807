import { join } from 'node:path';
import { beforeEach, describe, onTestFinished } from 'vitest';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { clusterProviders } from '../../repo2vc/src/clusters/registry.ts';
import { clustersToSweep } from '../../repo2vc/src/clusters/sweep.ts';
import type { ClusterProvider } from '../../repo2vc/src/clusters/types.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import type { Cluster } from '../../repo2vc/src/model/index.ts';
import { testCluster, testId } from './clusters.ts';
import { testContext } from './context.ts';
import { kitOf, type ProviderKit } from './kits/index.ts';
import { needs } from './needs.ts';

type Options = Parameters<typeof testCluster>[1];

/** A provider under test. */
export interface Subject {
  readonly provider: ClusterProvider;
  readonly kit: ProviderKit;
  /** A goal that nobody else has; whatever becomes of it, nothing is there after the test. */
  goal(context: Context, options?: Options): Promise<Cluster>;
  /** A cluster that is there, in places of its own, until the test has finished. */
  started(options?: Options): ReturnType<typeof started>;
}

/** Describes the same for every provider in the registry; it is skipped, aloud, where what it needs is not here. */
export function everyProvider(tests: (subject: Subject) => void): void {
  for (const provider of clusterProviders) describe(provider.id, () => tests(subjectOf(provider)));
}

function subjectOf(provider: ClusterProvider): Subject {
  const kit = kitOf(provider);
  beforeEach(({ skip }) => skip(!needs[kit.needs], `${kit.needs} is not here`));
  const goal = async (context: Context, options: Options = {}) => {
    const environment = await kit.environment('bare');
    const cluster = testCluster(testId(), {
      provider: provider.id,
      owner: context.owner,
      environment,
      ...options,
    });
    onTestFinished(async () => {
      await destroyCluster(cluster.cluster.id, provider, { discard: true }, context);
    });
    return cluster;
  };
  return { provider, kit, goal, started: (options) => started(provider, goal, options) };
}

async function started(provider: ClusterProvider, goal: Subject['goal'], options: Options) {
  const context = testContext({ owner: `${testId()}@here` }); // nobody else sweeps what expires
  const cluster = await goal(context, options);
  const { id } = cluster.cluster;
  const folder = join(context.folder, 'run');
  const view = await ensureCluster(cluster, provider, folder, context);
  const connect = async (index = 0) => {
    const node = view.nodes[index];
    if (!node) throw new Error('no such node');
    return provider.connect(cluster.cluster, node, context);
  };
  return { context, cluster, id, folder, view, connect };
}

/** Which of these clusters a sweep would remove; others may be at work on the same computer. */
export async function sweepable(
  ids: readonly string[],
  options: { readonly all: boolean },
  provider: ClusterProvider,
  context: Context,
): Promise<string[]> {
  const { views } = await clustersToSweep([provider], options, context);
  return views.map((view) => view.cluster.id).filter((id) => ids.includes(id));
}
