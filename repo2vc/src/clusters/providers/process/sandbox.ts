import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { become, namespaces, openParents, readOnly, systemMounts } from '../../../io/bubblewrap.ts';
import { proxyNames } from '../../../io/proxies.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';
import { threadVariables } from '../../node-words.ts';
import { type NodePlace, names, sandboxHome, sandboxVolatile } from './places.ts';

/** How programs are run on one node: their whole command line and environment are made from this. */
export interface Sandbox {
  readonly tag: ProcessNodeTag;
  readonly place: NodePlace;
  /** bubblewrap's options for what is seen inside; empty without bubblewrap. */
  readonly mounts: readonly string[];
  /** The environment of every program on the node. */
  readonly environment: Readonly<Record<string, string>>;
  /** The home as programs see it. */
  readonly home: string;
  /** The folder of secrets and sockets as programs see it. */
  readonly volatile: string;
}

/** Looks at the host once and says how programs are run on a node. */
export async function sandboxOf(tag: ProcessNodeTag, place: NodePlace, context: Context): Promise<Sandbox> {
  const inside = tag.isolation === 'bubblewrap';
  const home = inside ? sandboxHome : join(place.folder, names.home);
  const authorities = authorityVariables(context.environment);
  return {
    tag,
    place,
    home,
    volatile: inside ? sandboxVolatile : place.volatile,
    mounts: inside ? await mountsOf(tag, place, Object.values(authorities)) : [],
    environment: {
      PATH: [join(tag.prefix, 'bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      HOME: home,
      LANG: 'C.UTF-8',
      TMPDIR: inside ? '/tmp' : join(place.folder, names.temporary),
      VIRTUAL_ENV: tag.prefix,
      JUPYTER_RUNTIME_DIR: join(home, '.local/share/jupyter/runtime'),
      ...threadsFor(tag.cpus),
      ...authorities,
      ...proxyVariables(context.environment),
      ...marksOf(place),
    },
  };
}

/** What marks a process of a node; also the supervisor's. */
export function marksOf(place: NodePlace): Record<string, string> {
  return { REPO2VC_CLUSTER: place.cluster, REPO2VC_NODE: `${place.cluster}/${place.node}` };
}

/** The command line that runs `program` on the node; `cwd` is relative to the home. */
export function commandLine(
  sandbox: Sandbox,
  program: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string[] {
  const variables = Object.entries({ ...sandbox.environment, ...options.env });
  const cwd = join(sandbox.home, options.cwd ?? '.');
  if (sandbox.tag.isolation === 'none') {
    const assignments = variables.map(([name, value]) => `${name}=${value}`);
    return [...['env', '-i', `--chdir=${cwd}`, ...assignments], ...dieWithParent, ...program];
  }
  const settings = variables.flatMap(([name, value]) => ['--setenv', name, value]);
  return [
    ...['bwrap', ...sandbox.mounts, '--clearenv', ...settings, '--chdir', cwd, '--'],
    ...become(),
    ...program,
  ];
}

const dieWithParent = ['setpriv', '--pdeathsig', 'KILL', '--'];

async function mountsOf(tag: ProcessNodeTag, place: NodePlace, authorities: readonly string[]) {
  const own = (name: string) => join(place.folder, name);
  const interpreters = [
    tag.prefix,
    tag.basePrefix,
    await realpath(tag.basePrefix).catch(() => tag.basePrefix),
  ];
  return [
    ...namespaces(),
    ...(await systemMounts()),
    ...['--perms', '0755', '--tmpfs', '/run', '--perms', '0755', '--tmpfs', '/var'],
    ...['--bind', own(names.temporary), '/tmp'],
    ...['--ro-bind', own(`${names.etc}/passwd`), '/etc/passwd'],
    ...['--ro-bind', own(`${names.etc}/group`), '/etc/group'],
    ...readOnly([...interpreters, ...authorities]),
    ...openParents([sandboxHome, sandboxVolatile]),
    ...['--bind', own(names.home), sandboxHome, '--ro-bind-try', place.volatile, sandboxVolatile],
  ];
}

function threadsFor(cpus: number | undefined): Record<string, string> {
  if (cpus === undefined) return {};
  return threadVariables(Math.max(1, Math.min(Math.ceil(cpus), availableParallelism())));
}

const authorityNames = [
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT'],
  ...['NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO'],
];

/** The host's certificate authorities, so that experiments reach what the host reaches. Values are paths. */
function authorityVariables(environment: Context['environment']): Record<string, string> {
  return pick(environment, authorityNames, (value) => value.startsWith('/'));
}

/** The host's proxies, unless a password stands in them: an environment can be inspected. */
function proxyVariables(environment: Context['environment']): Record<string, string> {
  return pick(environment, proxyNames, (value) => !value.includes('@'));
}

/** The names of the host's variables that no program on a node gets, for the password in them. */
export function withheldVariables(environment: Context['environment']): string[] {
  return Object.keys(pick(environment, proxyNames, (value) => value.includes('@')));
}

function pick(
  environment: Context['environment'],
  wanted: readonly string[],
  fits: (value: string) => boolean,
) {
  const found = wanted.flatMap((name) => {
    const value = environment[name];
    return value && fits(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}
