import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isFailure } from '../failure.ts';
import { answerRequest, type BrokerNode } from './broker-routes.ts';
import type { NodeConnection } from './types.ts';

export type { BrokerNode } from './broker-routes.ts';

export interface Broker {
  /** Where the programs of the client find it: a unix socket. */
  readonly nodePath: string;
  /** Ends the broker and everything that it still runs on the nodes. */
  close(): Promise<void>;
}

/**
 * Opens the way by which the cells of a template, which run on `client`, reach the nodes of their cluster, and no
 * others: an HTTP server that node-side/repo2vc_cluster.py speaks to. To be closed as soon as the cells have run.
 */
export async function openBroker(
  client: Pick<NodeConnection, 'serve'>,
  nodes: readonly BrokerNode[],
): Promise<Broker> {
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answering = answer(request, response, nodes).finally(() => running.delete(answering));
    running.add(answering);
  });
  // A cell may send or run something for hours; its own timeout is what ends it.
  server.requestTimeout = 0;
  const { nodePath, close } = await client.serve('broker', server);
  return {
    nodePath,
    close: async () => {
      const closed = close();
      server.closeAllConnections();
      await closed;
      await endOf(running);
    },
  };
}

/** How long what was still being answered is waited for; whatever it was ends with its node. */
const patienceMs = 10_000;

async function endOf(running: ReadonlySet<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([Promise.all(running), patience]);
  clearTimeout(timer);
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
