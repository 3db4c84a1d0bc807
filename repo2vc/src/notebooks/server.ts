import { get } from 'node:http';
import type { ServerConnection } from '@jupyterlab/services';
import type { Context } from '../context.ts';
import { Failure, interrupted } from '../failure.ts';

/** A Jupyter server, seen from here. The token travels in a header, never in an address. */
export interface JupyterServer {
  readonly host: string;
  readonly port: number;
  /** Begins and ends with a slash. */
  readonly basePath: string;
  readonly token: string;
}

/** How the program behind a server that does not answer is doing. */
export interface ServerProgram {
  running(): Promise<boolean>;
  /** The end of what it printed. */
  log(): Promise<string>;
}

/**
 * The settings with which `@jupyterlab/services` talks to a server; a request that takes longer than `deadlineMs` fails.
 * Loaded late: the library costs a command 100 ms.
 */
export async function connectionSettings(
  server: JupyterServer,
  deadlineMs: number,
): Promise<ServerConnection.ISettings> {
  const { ServerConnection } = await import('@jupyterlab/services');
  return ServerConnection.makeSettings({
    baseUrl: `http://${server.host}:${server.port}${server.basePath}`,
    token: server.token,
    appendToken: false,
    fetch: (input, init) => fetchQuietly(input, { ...init, signal: AbortSignal.timeout(deadlineMs) }),
  });
}

/** The library prints the traceback of an error answer; this takes it away. */
const fetchQuietly: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init);
  if (answer.ok) return answer;
  const { message } = (await answer.json().catch(() => ({}))) as { message?: unknown };
  const { status, statusText } = answer;
  return new Response(JSON.stringify({ message: message ?? statusText }), { status, statusText });
};

/**
 * Waits until a server that was just started answers with its token. Gives up with `server-not-answering`, which
 * tells the end of its log, when its program has ended or after `timeoutMs`; with `port-taken` when somebody else
 * answers there.
 */
export async function waitForServer(
  server: JupyterServer,
  program: ServerProgram,
  context: Pick<Context, 'clock' | 'signal'>,
  timeoutMs = 120_000,
): Promise<void> {
  const settings = await connectionSettings(server, 10_000);
  const end = context.clock.now().getTime() + timeoutMs;
  for (;;) {
    if (context.signal.aborted) throw interrupted();
    const running = await program.running();
    const left = Math.max(1, end - context.clock.now().getTime());
    const answer = await statusOf(settings, [context.signal, AbortSignal.timeout(Math.min(10_000, left))]);
    if (answer === 200) return;
    if (!running) throw await startFailure(server, program);
    if (answer === 401 || answer === 403) throw portTaken(server);
    if (context.clock.now().getTime() >= end) throw await silence(server, program, timeoutMs);
    await context.clock.sleep(150, context.signal);
  }
}

/**
 * The status of an answer, if there is one. Not by `fetch`, which never settles when the other side hangs up before it has
 * read anything: a forwarded port does that as long as nobody listens behind it.
 */
function statusOf(settings: ServerConnection.ISettings, ends: AbortSignal[]): Promise<number | undefined> {
  const headers = { Authorization: `token ${settings.token}` };
  return new Promise((resolve) => {
    const options = { headers, signal: AbortSignal.any(ends), agent: false };
    const asked = get(`${settings.baseUrl}api/status`, options, (answer) => {
      resolve(answer.statusCode);
      answer.resume();
    });
    asked.on('error', () => resolve(undefined));
  });
}

async function startFailure(server: JupyterServer, program: ServerProgram): Promise<Failure> {
  const log = await tailOf(server, program);
  if (/port \d+ is (not available|already in use)/i.test(log)) return portTaken(server);
  return new Failure(
    'server-not-answering',
    `The Jupyter server ended before it answered. It said:\n${log}`,
    {
      hint: 'The environment must contain jupyterlab and a kernel: look at its requirements.',
      args: { host: server.host, port: server.port },
    },
  );
}

async function silence(server: JupyterServer, program: ServerProgram, timeoutMs: number): Promise<Failure> {
  const seconds = Math.round(timeoutMs / 1000);
  const log = await tailOf(server, program);
  const message = `The Jupyter server on ${server.host}:${server.port} did not answer within ${seconds} s. It said:\n${log}`;
  return new Failure('server-not-answering', message, {
    hint: 'Run the same command again; if the computer is busy, with more memory or later.',
    retryable: true,
    args: { host: server.host, port: server.port },
  });
}

/** The Failure for a port that somebody else took between our look and our start. */
function portTaken(server: JupyterServer): Failure {
  return new Failure('port-taken', `Port ${server.port} on ${server.host} was taken by another program.`, {
    hint: 'Run the same command again: another port is chosen.',
    retryable: true,
    args: { host: server.host, port: server.port },
  });
}

async function tailOf(server: JupyterServer, program: ServerProgram): Promise<string> {
  const log = (await program.log().catch(() => '')).replaceAll(server.token, '***').trimEnd();
  return log.split('\n').slice(-15).join('\n') || '(nothing)';
}
