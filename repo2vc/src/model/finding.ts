import type { Args } from '../failure.ts';

/**
 * One thing that `doctor` found on this computer. `code` and `args` are stable; `message` is the sentence for them, and
 * `remedy` what to run about it.
 */
export interface Finding {
  readonly topic: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly code: string;
  readonly args: Args;
  readonly message: string;
  readonly remedy?: string;
}
