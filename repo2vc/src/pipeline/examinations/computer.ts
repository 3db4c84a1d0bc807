import { statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { availableMemory, versions } from 'node:process';
import type { Context } from '../../context.ts';
import { readIfThere } from '../../io/files.ts';
import { run } from '../../io/processes.ts';
import type { Finding } from '../../model/index.ts';
import { fine, note, problem } from './finding.ts';

const gib = 1024 ** 3;
const oldestNode = [20, 19] as const;

/** Node, disk, memory, and what could keep other people's code away from this computer. */
export async function examineComputer(context: Context): Promise<readonly Finding[]> {
  return [
    examineNode(),
    await examineDisk('state', context.places.state),
    await examineDisk('cache', context.places.cache),
    examineMemory(),
    await examineNamespaces(),
    await examineBubblewrap(context),
    await examineScopes(context),
  ];
}

function examineNode(): Finding {
  const version = versions.node;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (enough) return fine('node', 'node-found', `Node ${version}.`, { version });
  const message = `Node ${version} is too old; ${oldestNode.join('.')} or newer is needed.`;
  return problem('node', 'node-too-old', message, { version }, 'npx n lts');
}

async function examineDisk(which: string, folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfsOf(folder);
  const free = bavail * bsize;
  const args = { folder, free };
  const message = `${(free / gib).toFixed(1)} GiB are free for the ${which} in ${folder}.`;
  const remedy = `df -h ${folder}`;
  if (free < gib) return problem('disk', 'disk-nearly-full', message, args, remedy);
  return free < 5 * gib
    ? note('disk', 'disk-short', message, args, remedy)
    : fine('disk', 'disk-free', message, args);
}

/** Of the folder, or of the nearest one above that is there. */
async function statfsOf(folder: string): Promise<{ bavail: number; bsize: number }> {
  return statfs(folder).catch((error: unknown) => {
    if (dirname(folder) === folder) throw error;
    return statfsOf(dirname(folder));
  });
}

function examineMemory(): Finding {
  const free = availableMemory();
  const message = `${(free / gib).toFixed(1)} GiB of memory are available.`;
  if (free < gib) return note('memory', 'memory-short', message, { free }, 'free -h');
  return fine('memory', 'memory-free', message, { free });
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

async function examineBubblewrap(context: Context): Promise<Finding> {
  const own = userInfo().uid === 0 ? [] : ['--unshare-user'];
  const argv = ['bwrap', ...own, '--unshare-pid', '--unshare-ipc', '--ro-bind', '/', '/', 'true'];
  const tried = await attempt(argv, context);
  if (tried === 0) return fine('bubblewrap', 'bubblewrap-works', 'bubblewrap works for this user.');
  if (tried === undefined) {
    const message =
      'bubblewrap is not installed: experiments would run with the rights of a user of this computer.';
    return note('bubblewrap', 'bubblewrap-missing', message, {}, 'sudo apt-get install bubblewrap');
  }
  const message = 'bubblewrap is installed and may not do its work here: experiments would run without it.';
  return note('bubblewrap', 'bubblewrap-forbidden', message, {}, 'bwrap --unshare-user --ro-bind / / true');
}

async function examineScopes(context: Context): Promise<Finding> {
  const own = userInfo().uid === 0 ? [] : ['--user'];
  const argv = ['systemd-run', ...own, '--scope', '--quiet', '--collect', 'true'];
  if ((await attempt(argv, context)) === 0) {
    return fine('systemd', 'scopes-work', 'systemd can hold experiments to their limits.');
  }
  const message = 'No systemd scope can be made here: limits of memory are watched, not enforced.';
  return note(
    'systemd',
    'scopes-missing',
    message,
    {},
    own.length > 0 ? `sudo loginctl enable-linger ${userInfo().username}` : undefined,
  );
}

/** The exit code of a short program; undefined when there is no such program. */
async function attempt(argv: readonly string[], context: Context): Promise<number | undefined> {
  const options = { env: context.environment, cwd: '/', signal: context.signal, timeoutMs: 20_000 };
  try {
    return (await run(argv, options)).code ?? 1;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return undefined;
  }
}
