import type { Failure } from '../failure.ts';
import type { EnvironmentSpec, Reason, Snapshot } from '../model/index.ts';

/**
 * A read-only view of one folder of a snapshot. Paths are relative to that folder; `..` reaches its neighbours, and
 * never out of the snapshot.
 */
export interface Files {
  /** The folder's path in the snapshot; . for its root. In binder/ and .binder/ repo2docker heeds fewer files. */
  readonly folder: string;
  has(path: string): boolean;
  /** The text of a file; undefined when there is none. One above 1 MB is the Failure `file-too-large`. */
  text(path: string): Promise<string | undefined>;
}

/** A match: why, and which files planning must be able to read. */
export interface BuildpackMatch {
  readonly reasons: readonly Reason[];
  readonly reads: readonly string[];
}

/** Turns files that describe an environment into an EnvironmentSpec. Pure: `model` is all it may import at run time. */
export interface Buildpack {
  readonly name: string;
  /** Whether it applies to the files of the folder; asked in the order of the registry. */
  detect(files: Files): Promise<BuildpackMatch | undefined>;
  /**
   * `texts`: the files named by `reads`, by their path in the snapshot; `folder`: the folder that was asked about, in
   * that snapshot.
   * Failures name the file and line that cannot be honoured.
   */
  plan(texts: Readonly<Record<string, string>>, folder: string, snapshot: Snapshot): EnvironmentSpec;
}

/**
 * A way to describe an environment that repo2docker builds from and repo2vc does not: recognised in its turn, so that
 * nothing else is built silently in its place.
 */
export interface RefusedSpecification {
  readonly name: string;
  /** The Failure that says which file it is and what to do instead; undefined when there is no such file. */
  refuse(files: Files): Promise<Failure | undefined>;
}
