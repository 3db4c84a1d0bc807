import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ClusterProvider, Guarantees } from '../../clusters/types.ts';
import type { Context } from '../../context.ts';
import type { ClusterView, Finding } from '../../model/index.ts';
import { fine, note, problemFrom } from './finding.ts';

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
    return [
      fine(topic, 'provider-works', message, args),
      await examineIsolation(guarantees, context),
      examineLimits(guarantees),
    ];
  } catch (error) {
    return [problemFrom(topic, error)];
  }
}

async function examineIsolation(guarantees: Guarantees, context: Context): Promise<Finding> {
  if (guarantees.isolation !== 'none') {
    return fine('isolation', 'bubblewrap-works', 'bubblewrap keeps experiments away from your files.');
  }
  const folders = (context.environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'));
  const tries = folders.map((folder) =>
    access(join(folder, 'bwrap'), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  if (!(await Promise.all(tries)).includes(true)) {
    const message =
      'bubblewrap is not installed: experiments run with the rights of a user of this computer.';
    return note('isolation', 'bubblewrap-missing', message, {}, 'sudo apt-get install bubblewrap');
  }
  const message =
    'bubblewrap is installed and does not work here: experiments run with the rights of a user.';
  return note(
    'isolation',
    'bubblewrap-forbidden',
    message,
    {},
    'bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev true',
  );
}

function examineLimits(guarantees: Guarantees): Finding {
  if (guarantees.limits === 'enforced') {
    return fine('limits', 'limits-enforced', 'systemd holds experiments to their limits.');
  }
  const uid = process.getuid?.(); // os.userInfo() throws for a user who has no entry in /etc/passwd
  const message = 'systemd makes no scopes with limits here: limits of memory are watched, not enforced.';
  return note(
    'limits',
    'limits-watched',
    message,
    {},
    uid === 0 ? 'systemd-run --scope --quiet true' : `sudo loginctl enable-linger ${uid}`,
  );
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
