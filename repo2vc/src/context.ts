import type { Emit } from './events.ts';
import type { ContainerSettings } from './model/index.ts';

/** Time, so that tests own it. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` milliseconds, or rejects with the Failure `interrupted` when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Where repo2vc keeps its files; absolute paths. */
export interface Places {
  /** Runs, nodes, saved work. `$XDG_STATE_HOME/repo2vc`; root: /var/lib/repo2vc. */
  readonly state: string;
  /** What can be made again: prefixes, tools. `$XDG_CACHE_HOME/repo2vc`; root: /var/cache/repo2vc. */
  readonly cache: string;
  /** settings.yaml and credentials. `$XDG_CONFIG_HOME/repo2vc`. */
  readonly config: string;
}

/**
 * What every effect takes beside its input value: made once, in cli/main.ts, and handed down. `environment` is the
 * process environment, read there and nowhere else. `random` gives n characters of [a-z0-9] that nobody can guess.
 */
export interface Context {
  readonly emit: Emit;
  readonly clock: Clock;
  readonly random: (n: number) => string;
  readonly signal: AbortSignal;
  readonly places: Places;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who owns what is made here: user name and computer, `user@host`. */
  readonly owner: string;
  /** How containers are to be made, by the person's settings: read when it is first asked for. */
  readonly containers: () => Promise<ContainerSettings>;
}
