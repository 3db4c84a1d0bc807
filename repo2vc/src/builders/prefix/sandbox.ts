import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { run } from '../../io/processes.ts';
import type { Interpreter } from '../../model/index.ts';

/** What of the computer code that builds a package from source may see, beside the system's own programs. */
export interface SandboxView {
  readonly uv: string;
  readonly interpreter: Interpreter;
  /** The one folder that can be written. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

const system = ['/usr', '/bin', '/lib', '/lib64', '/lib32', '/sbin'];
const configuration = [
  'alternatives',
  'ca-certificates',
  'group',
  'hosts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'nsswitch.conf',
  'passwd',
  'pki',
  'resolv.conf',
  'ssl',
].map((name) => `/etc/${name}`);

const namespaces = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'];

/**
 * The words to put before a program so that it sees little else than the folder it builds in; none where the computer
 * has no bubblewrap that works. The network stays: build tools are fetched while building.
 */
export async function sandboxFor(view: SandboxView, context: Context): Promise<readonly string[]> {
  const env = context.environment;
  const trial = ['bwrap', ...namespaces, '--ro-bind', '/', '/', 'true'];
  const works = await run(trial, { env, cwd: '/', signal: context.signal, timeoutMs: 20_000 }).catch(
    (error: unknown) => {
      if (context.signal.aborted) throw error;
      return undefined;
    },
  );
  return works?.code === 0 ? bubblewrap(view) : [];
}

function bubblewrap(view: SandboxView): readonly string[] {
  const readable = [
    ...system,
    ...configuration,
    view.interpreter.basePrefix,
    dirname(view.interpreter.path),
    view.uv,
    ...localIndexes(view.variables),
    ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'].flatMap((name) => view.variables[name] ?? []),
  ];
  return [
    'bwrap',
    ...namespaces,
    '--die-with-parent',
    '--new-session',
    ...['--cap-drop', 'ALL', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...readable.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--bind', view.folder, view.folder, '--chdir', view.folder],
  ];
}

/** Folders of packages on this computer that the settings name. Pure. */
export function localIndexes(variables: Readonly<Record<string, string | undefined>>): string[] {
  const named = [
    'UV_DEFAULT_INDEX',
    'UV_INDEX_URL',
    'UV_INDEX',
    'UV_EXTRA_INDEX_URL',
    'UV_FIND_LINKS',
  ].flatMap((name) => variables[name]?.split(/[\s,]+/) ?? []);
  return named.flatMap((place) => {
    if (place.startsWith('/')) return [place];
    const path = place.startsWith('file://') ? decodeURIComponent(new URL(place).pathname) : undefined;
    // the pages of an index name files beside it, as a rule under the same parent
    return path ? [path, dirname(path.replace(/\/$/, ''))] : [];
  });
}

/** The variables for code that is not trusted: no home, no logins, no cache that other environments use. Pure. */
export function sandboxVariables(variables: Readonly<Record<string, string>>, folder: string) {
  const kept = Object.entries(variables).filter(
    ([name]) => !/^(?:NETRC|XDG_.*|UV_KEYRING_PROVIDER|UV_INDEX_.*_(?:USERNAME|PASSWORD))$/.test(name),
  );
  return { ...Object.fromEntries(kept), HOME: '/tmp', TMPDIR: '/tmp', UV_CACHE_DIR: `${folder}/uv-cache` };
}
