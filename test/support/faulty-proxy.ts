import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** What goes wrong with one request. */
export type Mishap =
  /** The server is not asked at all; this is answered instead (429 with `retryAfter` seconds, 500, …). */
  | { readonly status: number; readonly retryAfter?: number }
  /** The connection is cut after this many bytes of the answer's body. */
  | { readonly cutAnswerAfter: number }
  /** The connection is cut after this many bytes of the request's body have been passed on. */
  | { readonly cutRequestAfter: number }
  /** The server does its work, but its answer never comes. */
  | { readonly dropAnswer: true }
  /** Any md5 in the answer is a wrong one. */
  | { readonly wrongChecksum: true }
  /** The request is passed on after this many milliseconds. */
  | { readonly delayMs: number };

export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  readonly mishap: Mishap;
  /** How often it happens. Default: once. */
  readonly times?: number;
}

export interface FaultyProxy {
  readonly origin: string;
  /** All requests that came, in their order. */
  readonly requests: { readonly method: string; readonly path: string; readonly authorization?: string }[];
  /** From now on this goes wrong; of several faults that fit a request, the first counts. */
  fail(fault: Fault): void;
}

/**
 * Stands in front of a server until the test has finished and lets go wrong what it is told to. The server sees the
 * proxy's own Host, so the links in its answers lead through the proxy too.
 */
export async function faultyProxy(target: string): Promise<FaultyProxy> {
  const faults: { fault: Fault; left: number }[] = [];
  const requests: FaultyProxy['requests'] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url: path = '' } = incoming;
    const { authorization } = incoming.headers;
    requests.push({ method, path, ...(authorization === undefined ? {} : { authorization }) });
    const found = faults.find(
      ({ fault, left }) => left > 0 && fault.method === method && fault.path.test(path),
    );
    if (found) found.left -= 1;
    void handle(target, incoming, outgoing, found?.fault.mishap);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    fail: (fault) => faults.push({ fault, left: fault.times ?? 1 }),
  };
}

async function handle(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  mishap: Mishap | undefined,
): Promise<void> {
  if (mishap && 'status' in mishap) {
    const headers = mishap.retryAfter === undefined ? {} : { 'retry-after': String(mishap.retryAfter) };
    incoming.resume();
    outgoing.writeHead(mishap.status, { 'content-type': 'application/json', ...headers });
    outgoing.end(JSON.stringify({ status: mishap.status, message: 'It went wrong on purpose.' }));
    return;
  }
  if (mishap && 'delayMs' in mishap) await sleep(mishap.delayMs);
  const passed = forward(`${target}${incoming.url}`, { method: incoming.method, headers: incoming.headers });
  passed.on('error', () => outgoing.destroy());
  outgoing.on('close', () => passed.destroy());
  passed.on('response', (answer) => answerWith(answer, outgoing, mishap));
  if (mishap && 'cutRequestAfter' in mishap) {
    let left = mishap.cutRequestAfter;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      passed.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) break;
    }
    await sleep(50);
    passed.destroy();
    outgoing.destroy();
  } else incoming.pipe(passed);
}

function answerWith(answer: IncomingMessage, outgoing: ServerResponse, mishap: Mishap | undefined): void {
  answer.on('error', () => outgoing.destroy());
  if (mishap && 'dropAnswer' in mishap) {
    answer.resume();
    answer.on('end', () => outgoing.destroy());
    return;
  }
  if (mishap && 'wrongChecksum' in mishap) {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { 'content-length': _length, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      outgoing.end(text.replace(/md5:[0-9a-f]{32}/g, `md5:${'0'.repeat(32)}`));
    });
    return;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  if (mishap && 'cutAnswerAfter' in mishap) {
    let left = mishap.cutAnswerAfter;
    answer.on('data', (chunk: Buffer) => {
      if (left <= 0) return;
      const part = chunk.subarray(0, left);
      left -= part.length;
      if (left > 0) outgoing.write(part);
      else outgoing.write(part, () => outgoing.destroy());
    });
    return;
  }
  answer.pipe(outgoing);
}
