import { type Args, failureOrThrow } from '../failure.ts';

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

type Maker = (topic: string, code: string, message: string, args?: Args, remedy?: string) => Finding;

function maker(state: Finding['state']): Maker {
  return (topic, code, message, args = {}, remedy) => ({
    ...{ topic, state, code, args, message },
    ...(remedy ? { remedy } : {}),
  });
}

/** Something that a person may want to know or change; nothing depends on it. */
export const note = maker('note');

/** Something without which a reproduction would fail. */
export const problem = maker('problem');

/**
 * The finding for a Failure; its hint is the remedy where none is given. Anything else that is thrown, and an
 * interruption, is thrown on.
 */
export function problemFrom(topic: string, error: unknown, remedy?: string): Finding {
  const { code, message, args, hint } = failureOrThrow(error);
  return problem(topic, code, message, args, remedy ?? hint);
}
