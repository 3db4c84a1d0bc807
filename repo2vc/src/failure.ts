/** Arguments of a failure or an event: plain values, from which the edge makes sentences in the reader's language. */
export type Args = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** How a failure is told. */
export interface FailureOptions {
  /** What the person can do next: one sentence, a command where there is one. */
  readonly hint?: string;
  /** Whether the same call may succeed later without anything being changed. */
  readonly retryable?: boolean;
  readonly args?: Args;
  readonly cause?: unknown;
}

/**
 * The one error type of the engine. Throw it for everything a person can meet; anything else that is thrown is a
 * fault of repo2vc and is shown as one. `code` is stable and named after what happened, in kebab-case; `message` says
 * what happened and where, without secrets.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly args: Args;

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.args = options.args ?? {};
  }
}

/** Tells a Failure from any other thrown value, also across two installed copies of this package. */
export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && error.name === 'Failure' && 'code' in error && 'retryable' in error;
}

/**
 * The Failure that was thrown, for whoever goes on without what failed. Anything else, and an interruption, is thrown on.
 */
export function failureOrThrow(error: unknown): Failure {
  if (!isFailure(error) || error.code === 'interrupted') throw error;
  return error;
}

/** The failure for work that was told to stop; the command line ends with 130 for it. */
export function interrupted(): Failure {
  return new Failure('interrupted', 'Interrupted.');
}
