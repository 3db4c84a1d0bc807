import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import { type Duplex, PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import { inspect } from 'node:util';
import { interrupted } from '../../failure.ts';
import { connectionFailure, notAnEngine, refusal, silent } from './failures.ts';
import type { DialledAddress } from './tunnel.ts';

/** One call of the Docker Engine API (https://docs.docker.com/reference/api/engine/version/v1.41/). */
export interface DockerCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without version: `/containers/json`. */
  readonly path: string;
  /** Objects are sent as JSON. */
  readonly query?: Readonly<Record<string, string | number | boolean | object | undefined>>;
  /** Sent as JSON; only with POST. */
  readonly body?: object;
  /** Sent as it is, with POST or PUT. */
  readonly upload?: Readable;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The engine is called silent when nothing moved for so long. Default: 30 seconds. */
  readonly timeoutMs?: number;
}

/** The three ways of asking an engine. */
export interface Connection {
  /** The answer as JSON, undefined when it is empty. */
  request<T>(call: DockerCall): Promise<T>;
  /** The answer's body, which may come for as long as it likes: `timeoutMs` is for its beginning. */
  stream(call: DockerCall): Promise<Readable>;
  /** The connection itself, in both directions; `end()` tells the other side that nothing more comes. */
  attach(call: DockerCall): Promise<Duplex>;
}

/** The one function of dockerode's modem that is used. */
interface Modem {
  dial(options: object, done: (error: unknown, answer: IncomingMessage | Socket) => void): void;
}

/** How calls go to an engine. `version` is the one of the API; undefined: the engine's own. */
export async function connectionTo(
  { host, reach }: DialledAddress,
  version: string | undefined,
): Promise<Connection> {
  // Loaded when it is needed: it takes a tenth of a second.
  const { default: Dockerode } = await import('dockerode');
  const tls = reach.by === 'tcp' ? reach.tls : undefined;
  const where =
    reach.by === 'tcp'
      ? { host: `${tls ? 'https' : 'http'}://${reach.hostname}`, port: reach.port, socketPath: undefined }
      : { host: undefined, port: undefined, socketPath: reach.socketPath };
  const { modem } = new Dockerode({
    ...where,
    ...{ protocol: tls ? 'https' : 'http', pathPrefix: '/', timeout: undefined, sshOptions: {} },
    ...{ ca: tls?.ca, cert: tls?.cert, key: tls?.key },
    ...(version !== undefined && { version: `v${version}` }),
    // A connection that is kept may be closed under a request.
    agent: briefly(tls ? new HttpsAgent({ rejectUnauthorized: tls.verify }) : new HttpAgent()),
  } as object) as { modem: Modem };
  return {
    request: (call) => request(modem, call, host),
    stream: (call) => stream(modem, call, host),
    attach: (call) => attach(modem, call, host),
  };
}

/** The modem writes its options out in full for every call, even when nobody reads it: with all calls under way in them. */
function briefly(agent: HttpAgent): HttpAgent {
  return Object.assign(agent, { [inspect.custom]: () => 'an agent' });
}

async function request<T>(modem: Modem, call: DockerCall, host: string): Promise<T> {
  return inTime(call, host, async (asked, moved) => {
    const answer = (await dial(modem, asked, moved)) as IncomingMessage;
    const body = await readAll(answer, moved);
    const status = answer.statusCode ?? 0;
    if (status >= 400) throw refusal(status, body.toString('utf8'), call);
    return (body.length === 0 ? undefined : jsonOf(body, host)) as T;
  });
}

async function stream(modem: Modem, call: DockerCall, host: string): Promise<Readable> {
  const answer = await inTime(call, host, async (asked, moved) => {
    const answer = (await dial(modem, asked, moved)) as IncomingMessage;
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    throw refusal(status, (await readAll(answer, moved)).toString('utf8'), call);
  });
  const body = new PassThrough();
  answer.once('error', (error) => body.destroy(connectionFailure(error, call, host) as Error));
  body.once('close', () => answer.destroy());
  return answer.pipe(body);
}

async function attach(modem: Modem, call: DockerCall, host: string): Promise<Duplex> {
  const connection = await inTime(call, host, async (asked, moved) => {
    const answer = await dial(modem, asked, moved, { hijack: true });
    if (answer instanceof Socket) return answer;
    throw refusal(answer.statusCode ?? 0, (await readAll(answer, moved)).toString('utf8'), call);
  });
  const stop = () => connection.destroy(interrupted());
  call.signal.addEventListener('abort', stop, { once: true });
  connection.once('close', () => call.signal.removeEventListener('abort', stop));
  return connection;
}

/**
 * Does work that must get on: it is stopped when nothing moved for `timeoutMs`, and by the call's signal. Whatever goes
 * wrong with the connection becomes a Failure.
 */
async function inTime<T>(
  call: DockerCall,
  host: string,
  work: (call: DockerCall, moved: () => void) => Promise<T>,
): Promise<T> {
  const { timeoutMs = 30_000 } = call;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const signal = AbortSignal.any([call.signal, late.signal]);
  try {
    signal.throwIfAborted();
    return await work({ ...call, signal }, () => timer.refresh());
  } catch (error) {
    call.upload?.destroy();
    if (late.signal.aborted && !call.signal.aborted) throw silent(call, host, timeoutMs);
    throw connectionFailure(error, call, host);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a call. `moved` hears of every piece that was sent. The body of the answer is still to be read. */
function dial(
  modem: Modem,
  { method, path, query = {}, body, upload, headers, signal }: DockerCall,
  moved: () => void,
  extra: object = {},
): Promise<IncomingMessage | Socket> {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  const hasQuery = Object.keys(given).length > 0;
  const options = {
    ...{
      method,
      path: hasQuery ? `${path}?` : path,
      options: { _query: given, _body: body ?? {} },
      headers: { ...headers },
    },
    ...(upload && { file: heard(upload, moved) }),
    // The modem would wait for ever for the rest of an answer that broke off: it is read here.
    ...{ isStream: true, statusCodes: everyStatus, abortSignal: signal },
    ...extra,
  };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

const everyStatus = Object.fromEntries(Array.from({ length: 600 }, (_, status) => [status, true]));

/** The same bytes; `moved` hears of each piece. */
function heard(upload: Readable, moved: () => void): Readable {
  const passed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      moved();
      done(null, chunk);
    },
  });
  // An error of the upload goes to the call, which is then given up.
  pipeline(upload, passed, () => undefined);
  return passed;
}

async function readAll(answer: Readable, moved: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    moved();
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function jsonOf(body: Buffer, host: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw notAnEngine(host);
  }
}
