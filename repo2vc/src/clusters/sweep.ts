import type { Context } from '../context.ts';
import { Failure, failureOrThrow } from '../failure.ts';
import type { ClusterView } from '../model/index.ts';
import { observeCluster } from './destroy.ts';
import type { ClusterProvider } from './types.ts';

/** Moves the end of a cluster that has not ended yet. */
export async function renewCluster(
  id: string,
  expiresAt: string,
  provider: ClusterProvider,
  context: Context,
): Promise<ClusterView> {
  const seen = await observeCluster(id, provider, context);
  if (seen.phase === 'absent' || seen.phase === 'expired') {
    const message = seen.phase === 'absent' ? `There is no cluster ${id}.` : `${id} has ended already.`;
    throw new Failure(seen.phase === 'absent' ? 'unknown-cluster' : 'cluster-expired', message, {
      hint:
        seen.phase === 'absent'
          ? 'See what there is with: repo2vc clusters list'
          : `Bring home what changed there with: repo2vc clusters destroy ${id}`,
      args: { cluster: id },
    });
  }
  await provider.renew(seen.cluster, expiresAt, context);
  return observeCluster(id, provider, context);
}

/** What is there, and which providers could not be asked: one that is silent must not hide what the others know. */
export interface Listing {
  /** Sorted by id. */
  readonly views: readonly ClusterView[];
  readonly silent: readonly SilentProvider[];
}

export interface SilentProvider {
  readonly provider: string;
  readonly failure: Failure;
}

/** Every cluster that the providers know, of every owner. */
export async function listClusters(
  providers: readonly ClusterProvider[],
  context: Context,
): Promise<Listing> {
  const silent: SilentProvider[] = [];
  const lists = await Promise.all(
    providers.map((provider) =>
      provider.list(context).catch((error: unknown) => {
        silent.push({ provider: provider.id, failure: failureOrThrow(error) });
        return [];
      }),
    ),
  );
  return { views: lists.flat().sort((a, b) => (a.cluster.id < b.cluster.id ? -1 : 1)), silent };
}

/** Which clusters a sweep removes: one's own that have expired; with `all`, one's own that have not, too. */
export async function clustersToSweep(
  providers: readonly ClusterProvider[],
  options: { readonly all: boolean },
  context: Context,
): Promise<Listing> {
  const { views, silent } = await listClusters(providers, context);
  const mine = views.filter(
    (view) => view.cluster.owner === context.owner && (options.all || view.phase === 'expired'),
  );
  return { views: mine, silent };
}
