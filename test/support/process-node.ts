import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import { footprint, testCluster, testId } from './clusters.ts';
import { testContext } from './context.ts';

/** A cluster of processes that is up, and access to its first node; whatever happens, it is gone after the test. */
export async function started(
  options: Parameters<typeof testCluster>[1] = {},
  changes: Partial<Context> = {},
) {
  const context = testContext(changes);
  const cluster = testCluster(testId(), options);
  const { id } = cluster.cluster;
  const folder = join(context.folder, 'run');
  onTestFinished(async () => {
    await destroyCluster(id, processProvider, { discard: true }, context);
  });
  const view = await ensureCluster(cluster, processProvider, folder, context);
  const node = view.nodes[0];
  if (!node) throw new Error('no node');
  const connection = await processProvider.connect(cluster.cluster, node, context);
  const nodeFolder = join(context.places.state, 'nodes', id, node.name);
  const shell = async (script: string) => {
    const result = await connection.exec(['sh', '-c', script]);
    return result.stdout.toString().trim();
  };
  return { context, cluster, id, folder, connection, nodeFolder, shell };
}

/** What runs of a cluster. */
export function processesOf(context: Context, id: string): string[] {
  return footprint(context.places, id).filter((line) => line.startsWith('process'));
}
