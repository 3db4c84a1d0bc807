import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Context } from '../../../context.ts';
import { readIfThere } from '../../../io/files.ts';
import { type Finding, fine, note } from '../../../model/index.ts';
import type { Guarantees } from '../../types.ts';
import { checkComputer } from './check.ts';

/** What keeps process nodes apart and within their limits on this computer; see ClusterProvider.examine. */
export async function examineComputer(context: Context): Promise<readonly Finding[]> {
  const guarantees = await checkComputer(context);
  return [await examineIsolation(guarantees, context), await examineNamespaces(), examineLimits(guarantees)];
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

const namespaceSettings = [
  { file: 'kernel/unprivileged_userns_clone', bad: '0', good: '1' },
  { file: 'kernel/apparmor_restrict_unprivileged_userns', bad: '1', good: '0' },
  { file: 'user/max_user_namespaces', bad: '0', good: '15000' },
] as const;

async function examineNamespaces(): Promise<Finding> {
  for (const { file, bad, good } of namespaceSettings) {
    const value = (await readIfThere(`/proc/sys/${file}`).catch(() => undefined))?.trim();
    if (value !== bad) continue;
    const setting = file.replaceAll('/', '.');
    const message = `Users may not make namespaces of their own here (${setting} = ${bad}); bubblewrap needs that unless root runs it.`;
    return note(
      'namespaces',
      'namespaces-forbidden',
      message,
      { setting },
      `sudo sysctl -w ${setting}=${good}`,
    );
  }
  return fine('namespaces', 'namespaces-allowed', 'Users may make namespaces of their own.');
}
