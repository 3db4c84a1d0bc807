import type { FetchTools } from '../content-providers/types.ts';

/** What the steps of the pipeline take beside their values. */
export interface StepTools extends FetchTools {
  /** Absolute; what a relative path in a reference is relative to. */
  readonly workingDirectory: string;
}
