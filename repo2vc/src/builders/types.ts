import type { Context } from '../context.ts';
import type { Failure } from '../failure.ts';
import type { Base, Environment, EnvironmentSpec, Finding, Outcome, Platform } from '../model/index.ts';

/** What an environment is built on and for: the answers of `target`. */
export interface BuildTarget {
  readonly platform: Platform;
  readonly base: Base;
  /** Whether packages may be built from source. */
  readonly sourceBuilds: boolean;
}

/** What building takes beside its values. */
export interface BuildTools extends Context {
  /** Absolute; the folders that a spec names lie below it. */
  readonly runFolder: string;
}

/** Makes a declarative environment real. */
export interface Builder {
  readonly id: 'prefix' | 'image';
  /** The Failure that says which line of the spec this builder cannot honour, and the way out. Pure. */
  refusal(spec: EnvironmentSpec): Failure | undefined;
  /** What the environments run on. */
  platform(context: Context): Promise<Platform>;
  /** What this spec will be built on, as it is now; or a Failure that says how to get one. Fetches nothing large. */
  chooseBase(name: string, spec: EnvironmentSpec, context: Context): Promise<Base>;
  /**
   * Gives the environment, building it if it is not there whole. Safe to call from two runs at once. Needs consent
   * where packages can only be built from source, and `target` has none.
   */
  build(
    name: string,
    spec: EnvironmentSpec,
    target: BuildTarget,
    tools: BuildTools,
  ): Promise<Outcome<Environment>>;
  /** What this builder needs of the computer, and whether it is there. Changes nothing. */
  examine(context: Context): Promise<readonly Finding[]>;
}
