import type { ClusterProvider } from '../../clusters/types.ts';
import type { Context } from '../../context.ts';
import type { ClusterView, Finding } from '../../model/index.ts';
import { fine, note, problemFrom } from './finding.ts';

/** What each provider of clusters promises on this computer, and the clusters that outlived their end. */
export async function examineClusters(
  providers: readonly ClusterProvider[],
  context: Context,
): Promise<readonly Finding[]> {
  const found = providers.map(async (provider) => [
    await examineProvider(provider, context),
    await examineLeftovers(provider, context),
  ]);
  return (await Promise.all(found)).flat();
}

async function examineProvider(provider: ClusterProvider, context: Context): Promise<Finding> {
  const topic = `provider ${provider.id}`;
  try {
    const promises = await provider.check(context);
    const { isolation, limits, expiry } = promises;
    const message = `It works: isolation ${isolation}, limits ${limits}, expiry ${expiry}.`;
    return fine(topic, 'provider-works', message, { provider: provider.id, ...promises });
  } catch (error) {
    return problemFrom(topic, error);
  }
}

async function examineLeftovers(provider: ClusterProvider, context: Context): Promise<Finding> {
  const topic = 'leftovers';
  try {
    const now = context.clock.now().toISOString();
    const all = await provider.list(context);
    const own = all.filter((view) => view.cluster.owner === context.owner);
    const expired = own.filter((view) => isExpired(view, now)).map((view) => view.cluster.id);
    const args = { provider: provider.id, clusters: own.length, expired };
    if (expired.length === 0) {
      return fine(topic, 'no-leftovers', `${own.length} clusters of yours, none of them expired.`, args);
    }
    const message = `${expired.length} of your clusters have expired: ${expired.join(', ')}.`;
    return note(topic, 'clusters-expired', message, args, 'repo2vc clusters sweep');
  } catch (error) {
    return problemFrom(topic, error);
  }
}

function isExpired(view: ClusterView, now: string): boolean {
  return (
    view.phase === 'expired' || (view.expiresAt !== undefined && Date.parse(view.expiresAt) < Date.parse(now))
  );
}
