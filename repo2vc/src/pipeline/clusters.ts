import { join } from 'node:path';
import { destroyCluster as destroy, observeCluster } from '../clusters/destroy.ts';
import { clusterProviders } from '../clusters/registry.ts';
import {
  clustersToSweep,
  type Listing,
  listClusters as list,
  renewCluster as renew,
  type SilentProvider,
} from '../clusters/sweep.ts';
import type { ClusterProvider } from '../clusters/types.ts';
import type { Context } from '../context.ts';
import { Failure, failureOrThrow } from '../failure.ts';
import { readIfThere } from '../io/files.ts';
import type { ClusterView } from '../model/index.ts';
import { saved } from './values.ts';

/** The cluster provider of that id. */
export function providerOf(id: string): ClusterProvider {
  const provider = clusterProviders.find((one) => one.id === id);
  if (provider) return provider;
  throw new Failure('unknown-provider', `There is no cluster provider ${id}.`, {
    hint: `There are: ${clusterProviders.map((one) => one.id).join(', ')}`,
  });
}

/** The id of the client of a cluster: the node of its own in which the template's cells run. */
export function clientIdOf(cluster: string): string {
  return `${cluster}-client`;
}

/** Where the journal of a run's client lies. */
export function clientFolderIn(runFolder: string): string {
  return join(runFolder, 'client');
}

/** Everything that carries our tags, of every owner, and who could not be asked: `repo2vc clusters list`. */
export function listClusters(context: Context): Promise<Listing> {
  return list(clusterProviders, context);
}

/** What there is of one cluster now, or the Failure `unknown-cluster`. */
export async function showCluster(id: string, context: Context): Promise<ClusterView> {
  const found = await find(id, context);
  if (found) return found.view;
  throw new Failure('unknown-cluster', `There is no cluster ${id}.`, {
    hint: 'See what there is with: repo2vc clusters list',
    args: { cluster: id },
  });
}

/** Moves the end of a cluster that has not ended yet; gives what there is of it then, its new end too. */
export async function renewCluster(id: string, expiresAt: string, context: Context): Promise<ClusterView> {
  const { provider } = await showCluster(id, context);
  return renew(id, expiresAt, providerOf(provider), context);
}

/**
 * Ends a cluster by its id alone, whether or not its run is still known, and first brings home what changed; its client
 * goes with it. That nothing of it is there is success, which `existed` tells apart.
 */
export async function destroyCluster(
  id: string,
  options: { readonly discard?: boolean; readonly folder?: string },
  context: Context,
): Promise<{ readonly existed: boolean }> {
  const client = clientIdOf(id);
  const found = (await find(id, context)) ?? (await find(client, context));
  if (!found) return { existed: false };
  const { discard = false } = options;
  // A client runs where its cluster does: nobody else is asked for it.
  for (const one of [client, id]) {
    const folder = options.folder && one === client ? clientFolderIn(options.folder) : options.folder;
    await destroy(one, found.provider, { discard, ...(folder && { folder }) }, context);
  }
  return { existed: true };
}

/** One's own clusters that a sweep would remove: the expired ones, with `all` the others too. */
export function sweepable(options: { readonly all: boolean }, context: Context): Promise<Listing> {
  return clustersToSweep(clusterProviders, options, context);
}

/** Ends these clusters one after the other; what could not be ended is told when all others are. */
export async function sweep(views: readonly ClusterView[], context: Context): Promise<void> {
  const left: { readonly id: string; readonly error: unknown }[] = [];
  for (const { cluster } of views) {
    const { id } = cluster;
    await destroyCluster(id, {}, context).catch((error: unknown) => left.push({ id, error }));
    context.signal.throwIfAborted();
  }
  if (left.length === 1) throw left[0]?.error;
  if (left.length === 0) return;
  const why = left.map(({ id, error }) => `${id} (${error instanceof Error ? error.message : error})`);
  throw new Failure('clusters-left', `${left.length} clusters could not be ended: ${why.join('; ')}`, {
    hint: 'Type the same command again, or end each with: repo2vc clusters destroy ID',
    args: { clusters: left.map(({ id }) => id) },
  });
}

/** A cluster that is there, and who has it. */
interface Found {
  readonly provider: ClusterProvider;
  readonly view: ClusterView;
}

/**
 * Finds a cluster. A provider that cannot be asked matters only where no other has the cluster, and the run of that name
 * does not say that another one made it: then its failure is thrown, for the cluster may be there. On a computer that has
 * no container engine at all nothing is, unless a run says that it made it in one.
 */
async function find(id: string, context: Context): Promise<Found | undefined> {
  if (!/^[a-z0-9][a-z0-9-]{2,62}$/.test(id)) return undefined;
  const silent: SilentProvider[] = [];
  for (const provider of clusterProviders) {
    try {
      const view = await observeCluster(id, provider, context);
      if (view.phase !== 'absent') return { provider, view };
    } catch (error) {
      silent.push({ provider: provider.id, failure: failureOrThrow(error) });
    }
  }
  const made = silent.length > 0 ? await providerInFiles(id, context) : undefined;
  const matters = silent.find(({ provider, failure }) =>
    made === undefined ? failure.code !== 'no-engine' : provider === made,
  );
  if (matters) throw matters.failure;
  return undefined;
}

/** The provider that the run of a cluster chose, if its folder is there. */
async function providerInFiles(id: string, context: Context): Promise<string | undefined> {
  const run = id.replace(/-client$/, '');
  const path = join(context.places.state, 'runs', run, saved.target.name);
  const text = await readIfThere(path);
  return text === undefined ? undefined : saved.target.parse(JSON.parse(text), path).provider;
}
