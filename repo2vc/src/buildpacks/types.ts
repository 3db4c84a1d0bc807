import type { Failure } from '../failure.ts';
import type { EnvironmentSpec, Reason } from '../model/index.ts';

/** A read-only view of a folder's files. Paths are relative to it. */
export interface Files {
  has(path: string): boolean;
  /** Every path, sorted. */
  readonly paths: readonly string[];
}

/** A match: why, and which files planning must be able to read. Or why such files cannot be built from. */
export type BuildpackMatch =
  | { readonly reason: Reason; readonly reads: readonly string[] }
  | { readonly refusal: Failure };

/** Turns files that describe an environment into an EnvironmentSpec. Pure: `model` is all it may import at run time. */
export interface Buildpack {
  readonly name: string;
  /** Whether it applies to the files of the folder; asked in the order of the registry. */
  detect(files: Files): BuildpackMatch | undefined;
  /** `texts`: the files named by `reads`, by path. */
  plan(texts: Readonly<Record<string, string>>): EnvironmentSpec;
}
