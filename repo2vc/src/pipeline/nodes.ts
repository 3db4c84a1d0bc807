import type { NodeConnection } from '../clusters/types.ts';
import type { Context } from '../context.ts';
import { Failure, isFailure } from '../failure.ts';
import type { Cluster, NodeView, Plan } from '../model/index.ts';
import { providerOf } from './clusters.ts';

/** The nodes of a cluster as they are now. */
export async function nodesOf(cluster: Cluster, context: Context): Promise<readonly NodeView[]> {
  const view = await providerOf(cluster.provider).observe(cluster.cluster, context);
  return view.nodes;
}

/** Access to the first node of a role, or the Failure `node-lost`. */
export async function connectToRole(
  cluster: Cluster,
  role: string,
  context: Context,
): Promise<{ node: NodeView; connection: NodeConnection }> {
  const node = (await nodesOf(cluster, context)).find((one) => one.role === role);
  if (!node) throw nodeLost(cluster, role, 'absent');
  const connection = await providerOf(cluster.provider).connect(cluster.cluster, node, context);
  return { node, connection };
}

/** Access to the node on which the experiment is placed: the first of the plan's first group. */
export function connectToEntry(
  plan: Plan,
  cluster: Cluster,
  context: Context,
): Promise<{ node: NodeView; connection: NodeConnection }> {
  const [group] = plan.groups;
  if (!group) throw new Error('a plan has a group');
  return connectToRole(cluster, group.role, context);
}

/**
 * Does work that needs all nodes of these clusters. When it fails and one of them is found dead, that is the failure:
 * `node-lost`, whatever the work made of it. When a program was killed for want of memory, it is `out-of-memory`.
 */
export async function needingNodes<T>(
  clusters: readonly Cluster[],
  context: Context,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (context.signal.aborted || !isFailure(error) || error.code === 'node-lost') throw error;
    throw (await lostAmong(clusters, context, error)) ?? error;
  }
}

async function lostAmong(
  clusters: readonly Cluster[],
  context: Context,
  cause: Failure,
): Promise<Failure | undefined> {
  for (const cluster of clusters) {
    const nodes = await nodesOf(cluster, context);
    const lost = nodes.find((node) => node.state !== 'ready');
    if (lost) return nodeLost(cluster, lost.name, lost.reason?.code ?? lost.state, cause);
    const short = nodes.find((node) => node.reason?.code === 'out-of-memory');
    if (short && wasKilled(cause)) return outOfMemory(short.name, cause);
  }
  return undefined;
}

/** Whether a failure is what the end of a killed program looks like. */
function wasKilled({ code, args }: Failure): boolean {
  return code === 'kernel-died' || code === 'server-not-answering' || args.code === 137;
}

function outOfMemory(node: string, cause: Failure): Failure {
  return new Failure('out-of-memory', `Memory ran out on ${node}. ${cause.message}`, {
    hint: `The template may allow more (memoryGiB), or it has a parameter for it. ${cause.hint ?? ''}`.trim(),
    args: { ...cause.args, node },
    cause,
  });
}

function nodeLost(cluster: Cluster, node: string, reason: string, cause?: unknown): Failure {
  const { id } = cluster.cluster;
  return new Failure('node-lost', `Node ${node} of ${id} is gone (${reason}).`, {
    hint: `Make it anew and go on with: repo2vc runs resume ${id.replace(/-client$/, '')}`,
    retryable: true,
    args: { cluster: id, node, reason },
    cause,
  });
}
