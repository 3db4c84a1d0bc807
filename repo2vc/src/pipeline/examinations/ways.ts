import { builderOf } from '../../builders/registry.ts';
import type { ClusterProvider } from '../../clusters/types.ts';
import type { Context } from '../../context.ts';
import { type ClusterView, type Finding, fine, note, problemFrom } from '../../model/index.ts';

/**
 * The ways to run an environment here: each provider, what builds for it, and the clusters there that outlived their
 * end. One way is enough: while there is one that lacks nothing, what another lacks is no problem but a note.
 */
export async function examineWays(
  providers: readonly ClusterProvider[],
  context: Context,
): Promise<readonly Finding[]> {
  const ways = await Promise.all(providers.map((provider) => examineWay(provider, context)));
  const isGood = (findings: readonly Finding[]) => findings.every(({ state }) => state !== 'problem');
  if (!ways.some(isGood)) return ways.flat();
  return ways
    .flat()
    .map((finding) => (finding.state === 'problem' ? { ...finding, state: 'note' } : finding));
}

async function examineWay(provider: ClusterProvider, context: Context): Promise<readonly Finding[]> {
  const runs = await attempt(provider.id, () => examineProvider(provider, context));
  const builds = await attempt(provider.id, () => builderOf(provider.builder).examine(context));
  const left = await attempt('leftovers', () => examineLeftovers(provider, context));
  // An engine that is not there is missed by all.
  return [...runs, ...[...builds, ...left].filter(({ code }) => !runs.some((one) => one.code === code))];
}

async function attempt(topic: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  return work().catch((error: unknown) => [problemFrom(topic, error)]);
}

async function examineProvider(provider: ClusterProvider, context: Context): Promise<readonly Finding[]> {
  const guarantees = await provider.check(context);
  const args = { provider: provider.id, ...guarantees };
  const message = `Environments can run here; their end is ${guarantees.expiry}.`;
  return [fine(provider.id, 'provider-works', message, args), ...(await provider.examine(context))];
}

async function examineLeftovers(provider: ClusterProvider, context: Context): Promise<readonly Finding[]> {
  const topic = 'leftovers';
  const now = context.clock.now().getTime();
  const all = await provider.list(context);
  const own = all.filter((view) => view.cluster.owner === context.owner);
  const expired = own.filter((view) => isExpired(view, now)).map((view) => view.cluster.id);
  const args = { provider: provider.id, clusters: own.length, expired };
  if (expired.length === 0) {
    const message = `Clusters of yours: ${own.length}, and none of them has expired.`;
    return [fine(topic, 'no-leftovers', message, args)];
  }
  const message = `Clusters of yours that have expired: ${expired.join(', ')}.`;
  return [note(topic, 'clusters-expired', message, args, 'repo2vc clusters sweep')];
}

function isExpired(view: ClusterView, now: number): boolean {
  return view.phase === 'expired' || (view.expiresAt !== undefined && Date.parse(view.expiresAt) < now);
}
