import { type Duplex, finished, PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, interrupted, isFailure } from '../../failure.ts';
import { codeOf } from '../files.ts';
import { lineReader } from '../lines.ts';
import type { Docker } from './client.ts';
import { connectionFailure, statusOf } from './failures.ts';
import { demultiplexer, type StreamName } from './frames.ts';

/** A program that is to run in a container. */
export interface ExecCall {
  /** Name or id. */
  readonly container: string;
  readonly argv: readonly string[];
  /** `uid:gid`. */
  readonly user: string;
  /** Absolute. */
  readonly cwd: string;
  /** Added to the container's environment; seen by whoever may inspect the container. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What a program is given, and what is kept of what it prints; as for `run` of io/processes.ts. */
export interface ExecLimits {
  readonly input?: string | Uint8Array | Readable;
  readonly timeoutMs?: number;
  /** Ends the program in the container when its time is over: closing the connection would not. */
  readonly kill?: () => Promise<void>;
  readonly maxBytes?: number;
  readonly onLine?: (line: string, stream: StreamName, more: boolean) => void;
}

/** How a program in a container ended. */
export interface ExecEnd {
  /** 128 + n when signal n ended it; 126 or 127 when it could not be started. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
  readonly timedOut: boolean;
}

/** A program that runs in a container, connected to us. */
export interface OpenExec {
  /** Its standard input, and what it prints, which `demultiplexer` takes apart. */
  readonly connection: Duplex;
  /** Its exit code, once it has ended. What it prints must be read for that. */
  end(): Promise<number>;
}

/** Starts a program. That the container does not run (it has ended, is paused, or is gone) is the Failure `not-running`. */
export async function openExec(docker: Docker, call: ExecCall, withInput: boolean): Promise<OpenExec> {
  const { container, argv, user, cwd, env = {}, signal } = call;
  const body = {
    ...{ AttachStdin: withInput, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: argv },
    ...{ User: user, WorkingDir: cwd, Env: Object.entries(env).map(([name, value]) => `${name}=${value}`) },
  };
  const path = `/containers/${container}/exec`;
  try {
    const { Id } = await docker.request<{ Id: string }>({ method: 'POST', path, body, signal });
    const start = { method: 'POST', path: `/exec/${Id}/start`, signal } as const;
    const connection = await docker.attach({ ...start, body: { Detach: false, Tty: false } });
    return { connection, end: () => endOf(docker, Id, connection, signal) };
  } catch (error) {
    if (!isNotRunning(error)) throw error;
    const options = { retryable: true, args: { container }, cause: error };
    throw new Failure('not-running', `The container ${container} does not run.`, options);
  }
}

/** Docker says it by 404 and 409, Podman in words. */
function isNotRunning(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 404 || status === 409) return true;
  return isFailure(error) && /container state improper/.test(String(error.args.said));
}

/** How long the engine may not have heard of the end of a program whose connection broke. */
const patienceMs = 2_000;
/** The code of a program of which nobody saw the end: its container was ended. */
const killed = 137;

/**
 * Waits for the connection, then for the engine: it hears of the end a little later, and streams can be closed early. Whose
 * connection broke is not waited for any longer than that.
 */
async function endOf(docker: Docker, exec: string, connection: Duplex, signal: AbortSignal): Promise<number> {
  const broken = await closed(connection);
  if (signal.aborted) throw interrupted();
  for (let pause = 5, waited = 0; ; waited += pause, pause = Math.min(pause * 2, 500)) {
    const call = { method: 'GET', path: `/exec/${exec}/json`, signal } as const;
    const seen = await docker.request<{ Running: boolean; ExitCode: number | null }>(call);
    if (!seen.Running && seen.ExitCode !== null) return seen.ExitCode;
    if (!seen.Running && waited > patienceMs) return killed;
    if (broken && waited > patienceMs) throw connectionFailure(broken, call, docker.host);
    await sleep(pause, undefined, { signal }).catch(() => {
      throw interrupted();
    });
  }
}

/**
 * Gives the error when the connection did not end as it should: a program that leaves its input unread is one cause, and
 * that we closed it ourselves is another.
 */
function closed(connection: Duplex): Promise<Error | undefined> {
  return new Promise((resolve) => {
    finished(connection, { writable: false }, (error) => resolve(error ?? undefined));
  });
}

/** Runs a program to its end. Fails like `openExec`; when the signal fires, `interrupted`, and the program runs on. */
export async function runExec(docker: Docker, call: ExecCall, limits: ExecLimits): Promise<ExecEnd> {
  const { input } = limits;
  const { connection, end } = await openExec(docker, call, input !== undefined);
  const output = collector(limits);
  connection.on('data', demultiplexer(output.take));
  const limit = limitOf(limits);
  try {
    const code = Promise.race([end(), limit.passed]);
    await Promise.race([code, feed(connection, input)]);
    return { code: await code, ...output.end(), timedOut: limit.timedOut() };
  } finally {
    limit.end();
    connection.destroy();
  }
}

/** Ends a program when its time is over. `passed` is for one that does not end by that, or cannot be ended: it is left. */
function limitOf({ timeoutMs, kill }: ExecLimits) {
  let timedOut = false;
  let leave: (code: number) => void = () => undefined;
  const passed = new Promise<number>((resolve) => {
    leave = resolve;
  });
  const late = async () => {
    timedOut = true;
    const wasKilled = await kill?.().then(
      () => true,
      () => false,
    );
    if (wasKilled) await sleep(patienceMs, undefined, { ref: false });
    leave(killed);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  return { passed, timedOut: () => timedOut, end: () => clearTimeout(timer) };
}

/** Runs a program whose output is a stream of any length; it fails with `program-failed` when the code is not 0. */
export async function readExec(
  docker: Docker,
  call: ExecCall,
  input: string | Uint8Array,
): Promise<Readable> {
  const { connection, end } = await openExec(docker, call, true);
  const output = new PassThrough();
  const errors = collector({ maxBytes: 64 * 1024 });
  const take = demultiplexer((chunk, stream) => {
    if (stream === 'stderr') errors.take(chunk, stream);
    else if (!output.write(chunk)) connection.pause();
  });
  connection.on('data', take);
  output.on('drain', () => connection.resume());
  output.once('close', () => connection.destroy());
  const finish = async () => {
    const [code] = await Promise.all([end(), feed(connection, input)]);
    if (code !== 0) throw programFailed(call.argv, code, errors.end().stderr);
    output.end();
  };
  finish().catch((error: Error) => output.destroy(error));
  return output;
}

function programFailed(argv: readonly string[], code: number, stderr: Buffer): Failure {
  const said = stderr.toString('utf8').trim().slice(-2000);
  return new Failure('program-failed', `${argv[0]} ended with ${code}${said && `: ${said}`}.`);
}

/** A program need not read all that it is given: only that the input itself fails is an error. */
async function feed(connection: Duplex, input: ExecLimits['input']): Promise<void> {
  if (input === undefined) return;
  if (!(input instanceof Readable)) {
    connection.end(input);
    return;
  }
  await pipeline(input, connection).catch((error: unknown) => {
    if (!['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '')) throw error;
  });
}

function collector({ onLine, maxBytes = 10 * 1024 * 1024 }: Pick<ExecLimits, 'onLine' | 'maxBytes'>) {
  const streams = { stdout: keeper('stdout'), stderr: keeper('stderr') };
  function keeper(name: StreamName) {
    const lines = onLine && lineReader((line, more) => onLine(line, name, more));
    return { chunks: [] as Buffer[], kept: 0, lines };
  }
  let truncated = false;
  return {
    take: (chunk: Buffer, name: StreamName): void => {
      const stream = streams[name];
      const piece = chunk.subarray(0, Math.max(0, maxBytes - stream.kept));
      if (piece.length > 0) stream.chunks.push(Buffer.from(piece));
      stream.kept += piece.length;
      truncated ||= piece.length < chunk.length;
      stream.lines?.take(chunk);
    },
    end: () => {
      for (const { lines } of Object.values(streams)) lines?.end();
      const [stdout, stderr] = [streams.stdout, streams.stderr].map(({ chunks }) => Buffer.concat(chunks));
      return { stdout: stdout ?? Buffer.alloc(0), stderr: stderr ?? Buffer.alloc(0), truncated };
    },
  };
}
