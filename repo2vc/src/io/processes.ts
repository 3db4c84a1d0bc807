import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { PassThrough, type Readable } from 'node:stream';
import { interrupted } from '../failure.ts';
import { type CollectOptions, collector, feed, type Input, type Printed, programFailed } from './collect.ts';

/** How a program is run. */
export interface RunOptions extends CollectOptions {
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited beside it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the program reads. A stream that fails ends the program, and its error is thrown. */
  readonly input?: Input;
  readonly signal?: AbortSignal;
  /** After this many milliseconds the program's process group is killed; the result says `timedOut`. */
  readonly timeoutMs?: number;
}

/** How a program ended. `code` is null when a signal ended it. */
export interface RunResult extends Printed {
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
}

/**
 * Runs a program to its end, without a shell, in a process group of its own that is killed whole on timeout and on
 * abort (then the Failure `interrupted` is thrown). Rejects with the system error when it cannot be started.
 */
export async function run(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const [file = '', ...rest] = argv;
  if (options.signal?.aborted) throw interrupted();
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const limits = limit(child, options);
  const output = collector(options);
  child.stdout.on('data', (chunk: Buffer) => output.take(chunk, 'stdout'));
  child.stderr.on('data', (chunk: Buffer) => output.take(chunk, 'stderr'));
  let inputError: unknown;
  feed(child.stdin, options.input ?? '').catch((error: unknown) => {
    inputError = error;
    killGroupOf(child);
  });
  const [code, signal] = (await once(child, 'close').finally(limits.end)) as [number | null, string | null];
  if (options.signal?.aborted) throw interrupted();
  if (inputError !== undefined) throw inputError;
  return { code, signal, ...output.end(), timedOut: limits.timedOut() };
}

/** Kills the program's group when its time is over or the signal fires, until `end` is called. */
function limit(child: ChildProcess, { timeoutMs, signal }: RunOptions) {
  let timedOut = false;
  const kill = () => killGroupOf(child);
  const expire = () => {
    timedOut = true;
    kill();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  };
  return { end, timedOut: () => timedOut };
}

/** The exit code as shells have it: 128 + n when signal n ended the program. */
export function exitCodeOf(result: Pick<RunResult, 'code' | 'signal'>): number {
  if (result.code !== null) return result.code;
  return 128 + (constants.signals[result.signal as NodeJS.Signals] ?? 0);
}

/**
 * Runs a program whose output is a stream of any length. The stream fails with the Failure `program-failed` when the
 * program ends with another code than 0; the program is killed when the stream is destroyed or the signal fires.
 */
export function readFrom(
  argv: readonly string[],
  options: Pick<RunOptions, 'env' | 'input' | 'signal'>,
): Readable {
  const [file = '', ...rest] = argv;
  const child = spawn(file, rest, {
    env: options.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = new PassThrough();
  const stop = () => {
    killGroupOf(child);
    output.destroy(interrupted());
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const errors = collector({ maxBytes: 64 * 1024 });
  child.stderr.on('data', (chunk: Buffer) => errors.take(chunk, 'stderr'));
  feed(child.stdin, options.input ?? '').catch((error: Error) => output.destroy(error));
  child.stdout.pipe(output, { end: false });
  const kill = () => killGroupOf(child);
  output.once('close', kill);
  child.once('error', (error) => output.destroy(error));
  child.once('close', (code, signal) => {
    output.off('close', kill);
    options.signal?.removeEventListener('abort', stop);
    if (code === 0) output.end();
    else output.destroy(programFailed(file, code ?? String(signal), errors.end().stderr));
  });
  return output;
}

/** How a program is started that shall outlive us. */
export interface DetachedOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File descriptor that takes what it prints. */
  readonly output: number;
}

/** Starts a program in a session of its own and forgets it. Rejects with the system error when it cannot be started. */
export async function startDetached(argv: readonly string[], options: DetachedOptions): Promise<void> {
  const [file = '', ...rest] = argv;
  const child = spawn(file, rest, {
    cwd: '/',
    env: options.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['ignore', options.output, options.output],
  });
  await once(child, 'spawn');
  child.unref();
}

/**
 * To be called until `close` only: while a stream is open somebody of the group may live, though the program itself is
 * gone; after that the number may be another's.
 */
function killGroupOf(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
