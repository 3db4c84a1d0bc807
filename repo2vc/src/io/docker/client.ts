import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { textAt } from '../../model/loose.ts';
import { engineAddress } from './address.ts';
import { type Connection, connectionTo } from './exchange.ts';
import { notAnEngine } from './failures.ts';
import { reachable } from './tunnel.ts';

export type { DockerCall } from './exchange.ts';
export { statusOf } from './failures.ts';

/**
 * A container engine. Every call can fail with `engine-silent`, `engine-gone` (both may pass), `no-engine`,
 * `engine-forbidden`, `engine-refused` (`statusOf` gives the HTTP status), `disk-full`, `no-subnet`, `port-taken`.
 */
export interface Docker extends Connection {
  /** Its address, for people. */
  readonly host: string;
  /** Whether it is reached by a socket of this computer: then its published ports are this computer's. */
  readonly local: boolean;
  readonly version: {
    readonly engine: 'Docker' | 'Podman';
    readonly number: string;
    /** Of what it runs containers on: `linux`, `windows`. */
    readonly os: string;
    /** As Docker names it: `amd64`, `arm64`. */
    readonly architecture: string;
  };
}

/** The oldest API that is spoken here: that of Docker 20.10. */
const oldestApi = '1.41';

const engines = new WeakMap<Context['environment'], Promise<Docker>>();

/**
 * The container engine that this person's `docker` command would use; it is asked for its version once. Failures:
 * `no-engine`, `engine-forbidden`, `engine-silent`, `engine-gone`, `engine-too-old`, `engine-address`,
 * `engine-untrusted`.
 */
export function dockerFor(context: Context): Promise<Docker> {
  const before = engines.get(context.environment);
  if (before !== undefined) return before;
  const docker = connect(context);
  engines.set(context.environment, docker);
  docker.catch(() => engines.delete(context.environment));
  return docker;
}

async function connect(context: Context): Promise<Docker> {
  const address = await engineAddress(context.environment);
  const { host } = address;
  const way = await reachable(address, context, () => engines.delete(context.environment));
  const anyVersion = await connectionTo(way, undefined);
  const { signal } = context;
  const told = await anyVersion.request<unknown>({ method: 'GET', path: '/version', signal });
  const api = textAt(told, 'ApiVersion');
  if (!api) throw notAnEngine(host);
  const number = textAt(told, 'Version') ?? api;
  if (isOlder(api, oldestApi)) throw tooOld(host, number);
  // The oldest that both speak: what was tried here.
  const least = textAt(told, 'MinAPIVersion') ?? oldestApi;
  const connection = await connectionTo(way, isOlder(oldestApi, least) ? least : oldestApi);
  const isPodman = textAt(told, 'Components', 0, 'Name')?.startsWith('Podman');
  const runsOn = { os: textAt(told, 'Os') ?? 'linux', architecture: textAt(told, 'Arch') ?? 'unknown' };
  return {
    ...connection,
    ...{ host, local: address.reach.by === 'unix' },
    version: { engine: isPodman ? 'Podman' : 'Docker', number, ...runsOn },
  };
}

function tooOld(host: string, number: string): Failure {
  return new Failure(
    'engine-too-old',
    `The container engine at ${host} is version ${number}, which is too old.`,
    {
      hint: 'Install Docker 20.10 or newer: https://docs.docker.com/engine/install/.',
      args: { host, version: number },
    },
  );
}

/** Compares versions such as 1.9 and 1.41. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) < 0 || (a?.[0] === b?.[0] && (a?.[1] ?? 0) < (b?.[1] ?? 0));
}
