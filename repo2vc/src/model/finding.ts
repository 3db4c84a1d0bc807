import { type Args, isFailure } from '../failure.ts';

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

/** Something that is as it should be. */
export function fine(topic: string, code: string, message: string, args: Args = {}): Finding {
  return { topic, state: 'ok', code, args, message };
}

/** Something that a person may want to know or change; nothing depends on it. */
export function note(
  topic: string,
  code: string,
  message: string,
  args: Args = {},
  remedy?: string,
): Finding {
  return { topic, state: 'note', code, args, message, ...(remedy ? { remedy } : {}) };
}

/** Something without which a reproduction would fail. */
export function problem(
  topic: string,
  code: string,
  message: string,
  args: Args = {},
  remedy?: string,
): Finding {
  return { topic, state: 'problem', code, args, message, ...(remedy ? { remedy } : {}) };
}

/** The finding for a Failure; anything else that is thrown, and an interruption, is thrown on. */
export function problemFrom(topic: string, error: unknown): Finding {
  if (!isFailure(error) || error.code === 'interrupted') throw error;
  return problem(topic, error.code, error.message, error.args, error.hint);
}
