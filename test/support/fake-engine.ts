import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Context } from '../../repo2vc/src/context.ts';
import { testContext } from './context.ts';

export interface FakeEngine {
  readonly context: Context & { folder: string };
  readonly socketPath: string;
  /** `METHOD URL` of all requests that came, but the first, for the version. */
  readonly requests: string[];
}

/** What an engine says of itself. */
export const fakeVersion = {
  ...{ Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' },
  ...{ Os: 'linux', Arch: 'amd64' },
};

/** A small server on a unix socket that says it is a container engine, and a context whose DOCKER_HOST it is. */
export async function fakeEngine(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  changes: { version?: object; environment?: Record<string, string> } = {},
): Promise<FakeEngine> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/version') {
      response.end(JSON.stringify({ ...fakeVersion, ...changes.version }));
      return;
    }
    requests.push(`${request.method} ${request.url}`);
    void answer(request, response);
  });
  const folder = testContext().folder;
  const socketPath = join(folder, 'docker.sock');
  await listenUntilEnd(server, socketPath);
  const environment = { DOCKER_HOST: `unix://${socketPath}`, ...changes.environment };
  return { context: testContext({ environment }), socketPath, requests };
}

/** Listens until the test has finished. */
export async function listenUntilEnd(server: Server, ...where: [string] | [number, string]): Promise<void> {
  await new Promise<void>((resolve) => {
    if (typeof where[0] === 'string') server.listen(where[0], resolve);
    else server.listen(where[0], where[1], resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}
