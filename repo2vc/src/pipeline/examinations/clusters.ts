import type { ClusterProvider } from '../../clusters/types.ts';
import type { Context } from '../../context.ts';
import type { ClusterView, Finding } from '../../model/index.ts';
import { fine, note, problemFrom } from '../../model/index.ts';

/** What each provider of clusters promises on this computer, and the clusters that outlived their end. */
export async function examineClusters(
  providers: readonly ClusterProvider[],
  context: Context,
): Promise<readonly Finding[]> {
  const found = providers.map(async (provider) => [
    ...(await examineProvider(provider, context)),
    await examineLeftovers(provider, context),
  ]);
  return (await Promise.all(found)).flat();
}

async function examineProvider(provider: ClusterProvider, context: Context): Promise<readonly Finding[]> {
  const topic = provider.id;
  try {
    const guarantees = await provider.check(context);
    const args = { provider: provider.id, ...guarantees };
    const message = `Environments can run here; their end is ${guarantees.expiry}.`;
    return [fine(topic, 'provider-works', message, args), ...(await provider.examine(context))];
  } catch (error) {
    return [problemFrom(topic, error)];
  }
}

async function examineLeftovers(provider: ClusterProvider, context: Context): Promise<Finding> {
  const topic = 'leftovers';
  try {
    const now = context.clock.now().getTime();
    const all = await provider.list(context);
    const own = all.filter((view) => view.cluster.owner === context.owner);
    const expired = own.filter((view) => isExpired(view, now)).map((view) => view.cluster.id);
    const args = { provider: provider.id, clusters: own.length, expired };
    if (expired.length === 0) {
      const message = `Clusters of yours: ${own.length}, and none of them has expired.`;
      return fine(topic, 'no-leftovers', message, args);
    }
    const message = `Clusters of yours that have expired: ${expired.join(', ')}.`;
    return note(topic, 'clusters-expired', message, args, 'repo2vc clusters sweep');
  } catch (error) {
    return problemFrom(topic, error);
  }
}

function isExpired(view: ClusterView, now: number): boolean {
  return view.phase === 'expired' || (view.expiresAt !== undefined && Date.parse(view.expiresAt) < now);
}
