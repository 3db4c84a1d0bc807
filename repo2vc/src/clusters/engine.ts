import { join } from 'node:path';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { writeFileAtomic } from '../io/files.ts';
import { type Cluster, type ClusterView, canonicalJson } from '../model/index.ts';
import { bringHomeFrom } from './bring-home.ts';
import { converge } from './converge.ts';
import { journalIn } from './journal.ts';
import type { ClusterProvider } from './types.ts';

/**
 * Makes a cluster what its goal says, whatever there is of it: creates, resumes and repairs. `folder` takes the goal
 * (cluster.json, before anything is made), the journal, and what was seen in the end (observed.json). Work that lies on
 * a node which must be made anew is brought home first. The Failure `cluster-not-ready` names each node's reason.
 */
export async function ensureCluster(
  cluster: Cluster,
  provider: ClusterProvider,
  folder: string,
  context: Context,
): Promise<ClusterView> {
  const { id } = cluster.cluster;
  if (new Date(cluster.goal.expiresAt) <= context.clock.now()) {
    throw new Failure('cluster-expired', `${id} has ended at ${cluster.goal.expiresAt}.`, {
      hint: `Bring home what changed there with: repo2vc clusters destroy ${id}`,
      args: { cluster: id },
    });
  }
  await writeFileAtomic(join(folder, 'cluster.json'), canonicalJson(cluster));
  const view = await converge(
    {
      ...{ cluster: cluster.cluster, goal: cluster.goal, provider },
      journal: journalIn(folder, id, context.clock),
      before: async (steps, seen) => {
        const ending = steps.filter((step) => step.kind !== 'ensure').map((step) => step.node);
        const nodes = seen.nodes.filter((node) => ending.includes(node.name));
        await bringHomeFrom(nodes, cluster.cluster, provider, context);
      },
    },
    context,
  );
  await writeFileAtomic(join(folder, 'observed.json'), canonicalJson(view));
  const expires = view.expiresAt ?? cluster.goal.expiresAt;
  context.emit({ code: 'cluster-ready', args: { cluster: id, nodes: view.nodes.length, expires } });
  return view;
}
