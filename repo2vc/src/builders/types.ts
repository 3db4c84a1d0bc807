import type { Context } from '../context.ts';
import type { Environment, EnvironmentSpec, Finding, Interpreter, Platform } from '../model/index.ts';

/** What an environment is built with: the answers of `target`. */
export interface BuildTarget {
  readonly platform: Platform;
  readonly interpreter: Interpreter;
  /** Whether packages may be built from source. */
  readonly sourceBuilds: boolean;
}

/** Makes a declarative environment real on this computer. */
export interface Builder {
  readonly id: 'prefix';
  /** The Failure that says which line of the spec this builder cannot honour, and the way out. Pure. */
  refusal(spec: EnvironmentSpec): Error | undefined;
  /** Host facts: the interpreter that will serve this spec, or a Failure that says how to get one. */
  chooseInterpreter(name: string, spec: EnvironmentSpec, context: Context): Promise<Interpreter>;
  /** Names what would be built: a hash of spec, builder version, platform and interpreter version. Pure. */
  idOf(spec: EnvironmentSpec, target: BuildTarget): string;
  /** Gives the environment with that id, building it if it is not there whole. Safe to call from two runs at once. */
  build(name: string, spec: EnvironmentSpec, target: BuildTarget, context: Context): Promise<Environment>;
  /** What this builder needs of the computer, and whether it is there. Changes nothing. */
  examine(context: Context): Promise<readonly Finding[]>;
}
