import { chown } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import {
  become,
  bubblewrapWorks,
  namespaces,
  openParents,
  plainUser,
  readOnly,
  systemMounts,
} from '../../io/bubblewrap.ts';
import type { Interpreter } from '../../model/index.ts';

/** What of the computer code that builds a package from source may see, beside the system's own programs. */
export interface SandboxView {
  readonly uv: string;
  readonly interpreter: Interpreter;
  /** The one folder that can be written. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** The words to put before a program; none where the computer has no bubblewrap that works. */
export type Sandbox = readonly string[];

/**
 * Makes the folder the one thing that a program can write, and lets it see little else; tells when this computer
 * cannot. The network stays: build tools are fetched while building.
 */
export async function sandboxFor(view: SandboxView, context: Context): Promise<Sandbox> {
  const options = await optionsFor(view);
  if (await bubblewrapWorks(options, context)) {
    if (process.getuid?.() === 0) await chown(view.folder, plainUser, plainUser);
    return ['bwrap', ...options, '--', ...become()];
  }
  const message =
    "bubblewrap is missing or does not work here: while packages are built, code of the packages' authors runs with all your rights.";
  context.emit({ code: 'warning', args: { warning: 'build-not-isolated', message } });
  return [];
}

async function optionsFor({ uv, interpreter, folder, variables }: SandboxView): Promise<string[]> {
  const authorities = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'];
  const readable = [
    ...['/etc/passwd', '/etc/group', uv, interpreter.basePrefix, dirname(interpreter.path)],
    ...localIndexes(variables),
    ...authorities.flatMap((name) => variables[name] ?? []),
  ];
  return [
    ...namespaces(),
    ...(await systemMounts()),
    ...['--perms', '1777', '--tmpfs', '/tmp'],
    ...readOnly(readable),
    ...[...openParents([folder]), '--bind', folder, folder, '--chdir', folder],
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
