import type { Context } from '../context.ts';
import type { ClusterView } from '../model/index.ts';
import { bringHomeFrom } from './bring-home.ts';
import { converge } from './converge.ts';
import { journalIn } from './journal.ts';
import type { ClusterProvider } from './types.ts';

export interface DestroyOptions {
  /** Do not bring home what changed. */
  readonly discard?: boolean;
  /** Where the journal lies, if that is known. */
  readonly folder?: string;
}

/**
 * Removes a cluster, from its tags alone; first brings home what changed on it. Returns when nothing of it is seen any
 * more. That there is none is no error.
 */
export async function destroyCluster(
  id: string,
  provider: ClusterProvider,
  options: DestroyOptions,
  context: Context,
): Promise<void> {
  const seen = await observeCluster(id, provider, context);
  if (seen.phase === 'absent') return;
  const { cluster } = seen;
  if (!options.discard) await bringHomeFrom(seen.nodes, cluster, provider, context);
  const journal = journalIn(options.folder, id, context.clock);
  await converge({ cluster, goal: 'absent', provider, journal }, context);
  context.emit({ code: 'cluster-destroyed', args: { cluster: id, nodes: seen.nodes.length } });
}

/** Looks at a cluster of which only the id is known; its tags tell the rest. */
export function observeCluster(
  id: string,
  provider: ClusterProvider,
  context: Context,
): Promise<ClusterView> {
  const createdAt = context.clock.now().toISOString();
  return provider.observe({ id, owner: context.owner, createdAt }, context);
}
