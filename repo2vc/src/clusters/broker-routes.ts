import type { IncomingMessage, ServerResponse } from 'node:http';
import { posix } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.ts';
import { type ExecRequest, parserOf } from '../model/index.ts';
import type { NodeConnection } from './types.ts';

/** A node as the cells of a template may use it. */
export interface BrokerNode {
  readonly name: string;
  readonly role: string;
  readonly address: string | undefined;
  /** Access that ends, with everything it runs, when the signal fires. */
  connect(signal: AbortSignal): Promise<NodeConnection>;
}

/** One request that came in. */
export interface BrokerRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly nodes: readonly BrokerNode[];
  /** Fires when whoever asked is gone. */
  readonly signal: AbortSignal;
}

const maxRequestBytes = 16 * 1024 * 1024;
const maxUploadBytes = 50 * 1024 ** 3;
/** A program that prints faster than its cell reads loses lines, and the cell is told how many. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** Of a program's output nothing is kept here: it is passed on line by line. */
const maxKeptBytes = 0;

const parseExec = parserOf<ExecRequest>('exec-request.schema.json', 'invalid-request');
const parsePath = parserOf<string>('common.schema.json#/$defs/RelativePath', 'invalid-request');

/**
 * Answers one request, or throws the Failure that its caller is to be told:
 * `GET /nodes`; `POST /nodes/NAME/exec`, an ExecRequest, gives one line of JSON per line of output, or per piece of a
 * long one (`more`: the next is of the same line), and one for the end;
 * `PUT /nodes/NAME/files?directory=` takes a tar; `GET /nodes/NAME/files?path=` gives a file or folder as a tar.
 */
export async function answerRequest(asked: BrokerRequest): Promise<void> {
  const { request, response, nodes } = asked;
  const url = new URL(request.url ?? '/', 'http://broker');
  const [collection, name, part, ...rest] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const route = `${request.method} ${part ?? ''}`;
  if (collection !== 'nodes' || rest.length > 0) throw notFound(url.pathname);
  if (name === undefined && route === 'GET ') return sendJson(response, { nodes: nodes.map(factsOf) });
  const node = nodes.find((one) => one.name === name);
  if (!node) throw notFound(`node ${name}`);
  const connection = await node.connect(asked.signal);
  if (route === 'POST exec') return exec(asked, connection);
  if (route === 'PUT files') return put(asked, connection, pathIn(url, 'directory'));
  if (route === 'GET files') return get(asked, connection, pathIn(url, 'path'));
  throw notFound(`${request.method} ${url.pathname}`);
}

function factsOf({ name, role, address }: BrokerNode): object {
  return { name, role, address };
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function exec({ request, response }: BrokerRequest, connection: NodeConnection): Promise<void> {
  const text = Buffer.concat(await bounded(request, maxRequestBytes).toArray()).toString('utf8');
  const { argv, timeoutSeconds, ...options } = parseExec(jsonOf(text), 'the request');
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  const tell = (value: object) => response.write(`${JSON.stringify(value)}\n`);
  let dropped = 0;
  const { code, timedOut } = await connection.exec(argv, {
    ...options,
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
    maxBytes: maxKeptBytes,
    onLine: (line, stream, more) => {
      if (response.writableLength < maxWaitingBytes) tell({ [stream]: line, ...(more && { more }) });
      else dropped += 1;
    },
  });
  tell({ code, timedOut, dropped });
  response.end();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('invalid-request', 'The request is not JSON.');
  }
}

async function put(
  { request, response }: BrokerRequest,
  connection: NodeConnection,
  directory: string,
): Promise<void> {
  const tar = bounded(request, maxUploadBytes);
  await connection.put(tar, directory);
  response.writeHead(204).end();
}

/** Prints f for a file; d and the files below it, each ended by NUL, for a folder. */
const kindOf =
  'if [ -f "$1" ]; then printf f; elif [ -d "$1" ]; then printf d; cd "$1" && find . -type f -print0; fi';

async function get({ response }: BrokerRequest, connection: NodeConnection, path: string): Promise<void> {
  const listed = await connection.exec(['sh', '-c', kindOf, 'sh', `./${path}`]);
  const kind = listed.stdout.subarray(0, 1).toString();
  if (listed.code !== 0 || kind === '') throw notFound(path);
  if (listed.truncated) throw new Failure('too-much', `${path} has too many files to be fetched at once.`);
  const names = listed.stdout.subarray(1).toString('utf8').split('\0').slice(0, -1);
  response.writeHead(200, {
    'content-type': 'application/x-tar',
    'x-kind': kind === 'f' ? 'file' : 'folder',
  });
  if (kind === 'd' && names.length === 0) return void response.end(emptyTar);
  const tar =
    kind === 'f'
      ? connection.get(posix.dirname(path), [posix.basename(path)])
      : connection.get(
          path,
          names.map((name) => name.slice(2)),
        );
  await pipeline(await tar, response);
}

/** An archive without entries is its two closing blocks. */
const emptyTar = Buffer.alloc(1024);

function pathIn(url: URL, name: string): string {
  return parsePath(url.searchParams.get(name) ?? undefined, `"${name}"`);
}

/** The same bytes, or the Failure `too-much`. */
function bounded(request: IncomingMessage, maxBytes: number): Transform {
  let seen = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(new Failure('too-much', `The request has more than ${maxBytes} bytes.`));
      else done(null, chunk);
    },
  });
  // Not a pipeline: it would end the connection, and with it the answer that says what was wrong.
  request.once('error', (error) => limit.destroy(error));
  request.once('close', () => request.complete || limit.destroy(new Error('the cell went away')));
  return request.pipe(limit);
}

function notFound(what: string): Failure {
  return new Failure('not-found', `There is no ${what}.`);
}
