import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isFailure } from '../failure.ts';
import { answerRequest, type BrokerNode } from './broker-routes.ts';

export type { BrokerNode } from './broker-routes.ts';

export interface Broker {
  /** Ends the broker and everything that it still runs on the nodes. */
  close(): Promise<void>;
}

/**
 * Opens the way by which the cells of a template reach the nodes of their cluster, and no others: an HTTP server on a
 * unix socket of the client node (see `NodeConnection.exposeSocket`), spoken to by node-side/repo2vc_cluster.py.
 * To be closed as soon as the cells have run.
 */
export async function openBroker(socketPath: string, nodes: readonly BrokerNode[]): Promise<Broker> {
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answering = answer(request, response, nodes).finally(() => running.delete(answering));
    running.add(answering);
  });
  // A cell may send or run something for hours; its own timeout is what ends it.
  server.requestTimeout = 0;
  await listen(server, socketPath);
  return {
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, ...running]);
    },
  };
}

/** Everybody may connect: the folder of the socket is closed to all but its node, whose user is not ours. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, readableAll: true, writableAll: true }, () => resolve());
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  nodes: readonly BrokerNode[],
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Whoever asked is gone: what is still written for them is lost.
  response.on('error', () => gone.abort());
  try {
    await answerRequest({ request, response, nodes, signal: gone.signal });
  } catch (error) {
    tellError(response, error);
  }
}

function tellError(response: ServerResponse, error: unknown): void {
  const known = isFailure(error);
  const code = known ? error.code : 'broker-failed';
  const message = error instanceof Error ? error.message : String(error);
  if (response.destroyed) return;
  if (!response.headersSent) {
    const status = code === 'not-found' ? 404 : known ? 400 : 500;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code, message }));
  } else if (response.getHeader('content-type') === 'application/x-ndjson') {
    response.end(`${JSON.stringify({ error: { code, message } })}\n`);
  } else {
    response.destroy();
  }
}
