import { lstat, readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Context } from '../context.ts';
import { run } from './processes.ts';

/** Whom root's programs become inside bubblewrap: nobody. */
export const plainUser = 65534;

/**
 * The words between bubblewrap's options and a program: bubblewrap makes no user namespace for root, so setpriv inside
 * it takes root's rights away.
 */
export function become(): string[] {
  if (process.getuid?.() !== 0) return [];
  const user = [`--reuid=${plainUser}`, `--regid=${plainUser}`, '--clear-groups'];
  return ['setpriv', ...user, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--'];
}

/** The namespaces that keep a program apart from all others but for the network. */
export function namespaces(): string[] {
  const user = process.getuid?.() === 0 ? [] : ['--unshare-user'];
  return [
    ...user,
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--new-session', '--die-with-parent'],
  ];
}

/** Whether bubblewrap works here with exactly these options: containers forbid many of them. */
export async function bubblewrapWorks(options: readonly string[], context: Context): Promise<boolean> {
  const trial = ['bwrap', ...options, '--', ...become(), 'true'];
  const env = { PATH: context.environment.PATH };
  try {
    const { code } = await run(trial, { env, cwd: '/', signal: context.signal, timeoutMs: 20_000 });
    return code === 0;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return false;
  }
}

const systemFolders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const systemFiles = [
  ...['hosts', 'resolv.conf', 'nsswitch.conf', 'host.conf', 'gai.conf', 'services', 'protocols', 'localtime'],
  ...['timezone', 'alternatives', 'fonts', 'mime.types', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d'],
  ...['ssl', 'pki', 'ca-certificates', 'ca-certificates.conf'],
].map((name) => `/etc/${name}`);

/** Options that show the system's own programs and settings, which cannot be written, and a /proc and /dev of its own. */
export async function systemMounts(): Promise<string[]> {
  const folders = await Promise.all(systemFolders.map(systemFolder));
  return [
    ...['--ro-bind', '/usr', '/usr', ...folders.flat()],
    ...['--proc', '/proc', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/dev/shm'],
    ...['--perms', '0755', '--dir', '/etc', ...bindings(systemFiles)],
  ];
}

/** /lib and its like are links into /usr on a merged system, folders elsewhere. */
async function systemFolder(path: string): Promise<string[]> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink()) return ['--symlink', await readlink(path), path];
  return found?.isDirectory() ? ['--ro-bind', path, path] : [];
}

/** Options that show these files and folders where they lie, to be read alone; those that are not there are left out. */
export function readOnly(paths: readonly string[]): string[] {
  const outside = [...new Set(paths)].filter((path) => !isInSystem(path));
  return [...openParents(outside), ...bindings(outside)];
}

function bindings(paths: readonly string[]): string[] {
  return paths.flatMap((path) => ['--ro-bind-try', path, path]);
}

function isInSystem(path: string): boolean {
  const roots = ['/usr', ...systemFolders, '/etc/ssl', '/etc/pki', '/etc/ca-certificates'];
  return roots.some((root) => path === root || path.startsWith(`${root}/`));
}

/** bubblewrap makes the missing parents of a mount readable for root alone; so each is made here, open, once. */
export function openParents(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    for (let up = dirname(path); up !== '/'; up = dirname(up)) parents.add(up);
  }
  const made = [...parents].sort((a, b) => a.length - b.length);
  return made.flatMap((path) => ['--perms', '0755', '--dir', path]);
}
