import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Clock, Context } from '../../repo2vc/src/context.ts';
import { createHttp, type Http, type HttpOptions } from '../../repo2vc/src/io/http.ts';
import { realClock } from './context.ts';

/** A request as a test server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server on a port of this computer that lives as long as the test, and every request that came to it. */
export async function serve(
  handler: (request: IncomingMessage, response: ServerResponse, server: TestServer) => void | Promise<void>,
): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    void handler(request, response, self);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  const self: TestServer = { origin: `http://127.0.0.1:${port}`, port, seen };
  return self;
}

export interface TestServer {
  readonly origin: string;
  readonly port: number;
  readonly seen: SeenRequest[];
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A clock that does not wait but remembers how long it was asked to. */
export function hastyClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    ...realClock,
    waits,
    sleep: async (ms) => {
      waits.push(ms);
    },
  };
}

/** The real client; it may talk to this computer's servers unless a test says otherwise. */
export function testHttp(context: Context, changes: Partial<HttpOptions> = {}): Http {
  return createHttp({
    ...context,
    userAgent: 'repo2vc/test',
    credentialFor: async () => undefined,
    allowPrivate: () => true,
    ...changes,
  });
}
