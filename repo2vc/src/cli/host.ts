import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Context, Places } from '../context.ts';
import { interrupted } from '../failure.ts';

/** The public interface of the engine. Commands load it when they run, so that `--help` need not wait for it. */
export type Engine = typeof import('../index.ts');

/** How the command talks: chosen once from the options and from what its streams are. */
export interface Screen {
  readonly format: 'terminal' | 'plain' | 'json';
  /** Whether questions can be asked. */
  readonly interactive: boolean;
  readonly colour: boolean;
  readonly columns: number;
  /** The result: to standard output. */
  readonly out: (text: string) => void;
  /** Everything else: to standard error. */
  readonly err: (text: string) => void;
}

/** The process as the commands see it; made once, in main.ts. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly places: Places;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: (n: number) => string;
  readonly owner: string;
  readonly version: string;
  /** The script that runs this command, so that it can be started again in the background. */
  readonly script: string;
}

const clock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    sleep(ms, undefined, signal ? { signal } : {}).catch(() => {
      throw interrupted();
    }),
};

/** Reads the process once. */
export function hostOf(process: NodeJS.Process, signal: AbortSignal): Host {
  const environment = { ...process.env };
  return {
    environment,
    workingDirectory: process.cwd(),
    places: placesOf(environment, process.getuid?.() === 0),
    signal,
    clock,
    random: (n) =>
      Array.from({ length: n }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[randomInt(36)]).join(''),
    owner: `${userName()}@${hostname()}`,
    version: versionOf(),
    script: process.argv[1] ?? '',
  };
}

function versionOf(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * Where this user's files lie: the XDG Base Directory Specification's folders. Root's lie under /var, because nodes
 * run as another user, who could not reach what is below a closed home.
 */
export function placesOf(environment: Host['environment'], root: boolean): Places {
  const home = environment.HOME || homedir();
  const of = (variable: string, fallback: string) => join(environment[variable] || fallback, 'repo2vc');
  return {
    state: of('XDG_STATE_HOME', root ? '/var/lib' : join(home, '.local/state')),
    cache: of('XDG_CACHE_HOME', root ? '/var/cache' : join(home, '.cache')),
    config: of('XDG_CONFIG_HOME', join(home, '.config')),
  };
}

/** Reads the settings once, and not before somebody asks. */
function containersOf(places: Places): Context['containers'] {
  let read: ReturnType<Context['containers']> | undefined;
  return () => {
    read ??= import('../settings/settings.ts').then(async ({ loadSettings }) => {
      const { containers = {} } = await loadSettings(places);
      return containers;
    });
    return read;
  };
}

/** The engine's context for one command, which listens to what is told, or does not. */
export function contextOf(host: Host, emit: Context['emit'] = () => undefined): Context {
  const { clock, random, signal, places, environment, owner } = host;
  return { emit, clock, random, signal, places, environment, owner, containers: containersOf(places) };
}
