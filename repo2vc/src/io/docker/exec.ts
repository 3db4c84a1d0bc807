import { type Duplex, finished, PassThrough, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, interrupted, isFailure } from '../../failure.ts';
import { type CollectOptions, collector, feed, type Input, type Printed, programFailed } from '../collect.ts';
import type { Docker } from './client.ts';
import { connectionFailure, statusOf } from './failures.ts';
import { demultiplexer, pour } from './frames.ts';

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
export interface ExecLimits extends CollectOptions {
  readonly input?: Input;
  /** After this the program is ended; one that does not end, or cannot be ended, is left. The result says `timedOut`. */
  readonly timeoutMs?: number;
  /** Ends the program in the container when its time is over: closing the connection would not. */
  readonly kill?: () => Promise<void>;
}

/** How a program in a container ended. */
export interface ExecEnd extends Printed {
  /** 128 + n when signal n ended it; 126 or 127 when it could not be started. */
  readonly code: number;
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
    await Promise.race([code, input === undefined ? undefined : feed(connection, input)]);
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
  pour(connection, output, (chunk) => errors.take(chunk, 'stderr'));
  const finish = async () => {
    const [code] = await Promise.all([end(), feed(connection, input)]);
    if (code !== 0) throw programFailed(String(call.argv[0]), code, errors.end().stderr);
    output.end();
  };
  finish().catch((error: Error) => output.destroy(error));
  return output;
}
