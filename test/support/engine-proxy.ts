import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './context.ts';
import { engine } from './images.ts';

export interface EngineProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** The first line of every request that came. */
  readonly requests: string[];
  /** From the n-th request whose first line fits on (1: the first), nobody is there, until `live`. */
  dieAt(request: RegExp, n?: number): void;
  /** As `dieAt`, but once the request has reached the engine. */
  dieAfter(request: RegExp, n?: number): void;
  live(): void;
  /** Does something before the first request that fits is passed on. */
  before(request: RegExp, action: () => Promise<unknown>): void;
}

/** Stands in front of the engine of the tests, by a socket or (`tcp`) a port, and dies when it is told to. */
export async function engineProxy(by: 'unix' | 'tcp' = 'unix'): Promise<EngineProxy> {
  const target = (await engine()).slice('unix://'.length);
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let trap: { request: RegExp; left: number; after: boolean } | undefined;
  let ahead: { request: RegExp; action: () => Promise<unknown> } | undefined;
  let dead = false;
  const die = () => {
    dead = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (dead) return void socket.destroy();
    const upstream = connect({ path: target, allowHalfOpen: true });
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => undefined).once('close', () => sockets.delete(one));
    }
    socket.once('close', () => upstream.destroy());
    socket.once('data', async (chunk) => {
      socket.pause();
      const line = String(chunk).split('\r\n')[0] ?? '';
      requests.push(line);
      const caught = trap?.request.test(line) && --trap.left === 0;
      if (caught && !trap?.after) return die();
      if (ahead?.request.test(line)) {
        const { action } = ahead;
        ahead = undefined;
        await action();
      }
      upstream.write(chunk);
      if (caught) return void setTimeout(die, 100);
      socket.pipe(upstream);
      upstream.pipe(socket);
    });
  });
  const path = join(temporaryFolder(), 'proxy.sock');
  await new Promise<void>((done) => {
    if (by === 'unix') server.listen(path, done);
    else server.listen(0, '127.0.0.1', done);
  });
  onTestFinished(() => {
    die();
    server.close();
  });
  const address = server.address();
  return {
    host: typeof address === 'string' ? `unix://${path}` : `tcp://127.0.0.1:${address?.port}`,
    requests,
    dieAt: (request, left = 1) => {
      trap = { request, left, after: false };
    },
    dieAfter: (request, left = 1) => {
      trap = { request, left, after: true };
    },
    live: () => {
      trap = undefined;
      dead = false;
    },
    before: (request, action) => {
      ahead = { request, action };
    },
  };
}
