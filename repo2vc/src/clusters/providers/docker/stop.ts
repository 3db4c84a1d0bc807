import type { Context } from '../../../context.ts';
import { dockerFor } from '../../../io/docker/client.ts';
import type { ClusterId, NodeView } from '../../../model/index.ts';
import { eachOf } from '../../parallel.ts';
import { findClusters } from './found.ts';
import { endPrograms } from './programs.ts';
import { parallel } from './steps.ts';

/** Ends the programs of nodes that run; those of any other stand still. See ClusterProvider.stop. */
export async function stopNodes(
  cluster: ClusterId,
  nodes: readonly NodeView[],
  context: Context,
): Promise<void> {
  const names = nodes.map(({ name }) => name);
  if (names.length === 0) return;
  const docker = await dockerFor(context);
  const found = (await findClusters(cluster.id, docker, context)).get(cluster.id);
  const running = (found?.nodes ?? []).filter(
    ({ tag, container }) => names.includes(tag.node) && container?.state === 'running',
  );
  await eachOf(running, parallel, async ({ tag, container }) => {
    if (container) await endPrograms({ tag, docker, context }, container.id, []);
  });
}
