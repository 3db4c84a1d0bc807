import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, interrupted } from '../failure.ts';
import { lineReader } from './lines.ts';

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited beside it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the program reads. A stream that fails ends the program, and its error is thrown. */
  readonly input?: string | Uint8Array | Readable;
  readonly signal?: AbortSignal;
  /** After this many milliseconds the program's process group is killed; the result says `timedOut`. */
  readonly timeoutMs?: number;
  /** Bytes kept of each stream; more is read and dropped, and the result says `truncated`. Default: 10 MiB. */
  readonly maxBytes?: number;
  /**
   * Called with every line of either stream as it comes, without its end; one of more than 10,000 characters comes in
   * pieces, and `more` says that another piece of the same line follows.
   */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr', more: boolean) => void;
}

/** How a program ended. `code` is null when a signal ended it. */
export interface RunResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
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
  const stdout = collect(child.stdout, 'stdout', options);
  const stderr = collect(child.stderr, 'stderr', options);
  let inputError: unknown;
  feed(child, options.input, (error) => {
    inputError = error;
    killGroupOf(child);
  });
  const [code, signal] = (await once(child, 'close').finally(limits.end)) as [number | null, string | null];
  if (options.signal?.aborted) throw interrupted();
  if (inputError !== undefined) throw inputError;
  const truncated = stdout.truncated() || stderr.truncated();
  const timedOut = limits.timedOut();
  return { code, signal, stdout: stdout.bytes(), stderr: stderr.bytes(), truncated, timedOut };
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

function collect(stream: NodeJS.ReadableStream, name: 'stdout' | 'stderr', options: RunOptions) {
  const { onLine, maxBytes: limit = 10 * 1024 * 1024 } = options;
  const chunks: Buffer[] = [];
  let kept = 0;
  let dropped = false;
  const lines = onLine && lineReader((line, more) => onLine(line, name, more));
  stream.on('data', (chunk: Buffer) => {
    const room = limit - kept;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    dropped ||= chunk.length > room;
    kept += Math.min(chunk.length, Math.max(room, 0));
    lines?.take(chunk);
  });
  stream.on('end', () => lines?.end());
  return { bytes: () => Buffer.concat(chunks), truncated: () => dropped };
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
  const stderr = collect(child.stderr, 'stderr', { ...options, maxBytes: 64 * 1024 });
  feed(child, options.input, (error) => output.destroy(error as Error));
  child.stdout.pipe(output, { end: false });
  const kill = () => killGroupOf(child);
  output.once('close', kill);
  child.once('error', (error) => output.destroy(error));
  child.once('close', (code, signal) => {
    output.off('close', kill);
    options.signal?.removeEventListener('abort', stop);
    if (code === 0) {
      output.end();
      return;
    }
    const said = stderr.bytes().toString('utf8').trim();
    output.destroy(
      new Failure(
        'program-failed',
        `${file} ended with ${code ?? signal}${said && `: ${said.slice(-2000)}`}.`,
      ),
    );
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

function feed(child: ChildProcess, input: RunOptions['input'], failed: (error: unknown) => void): void {
  const { stdin } = child;
  if (!stdin) return;
  // A program need not read all that it is given: that its end of the pipe is closed is no error.
  if (!(input instanceof Readable)) {
    stdin.on('error', () => undefined);
    stdin.end(input);
    return;
  }
  pipeline(input, stdin).catch((error: unknown) => {
    // When the input itself broke off, the program meets its end there, and says so by its exit code.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') failed(error);
  });
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
