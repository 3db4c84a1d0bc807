import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { pour } from '../../../io/docker/frames.ts';
import { codeOf } from '../../../io/files.ts';
import { openOnNode, type Target } from './programs.ts';
import { scriptText } from './scripts.ts';

/**
 * Leads a port of this computer to one of a node whose engine runs elsewhere, for as long as this process lives. The
 * address is the node's own, and always the same: when somebody listens there already, that is another of us.
 */
export async function forwardTo(target: Target, port: number): Promise<{ host: string; port: number }> {
  const host = addressOf(target);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    carry(socket, target, port).catch(() => socket.destroy());
  });
  await listening(server, host, port).catch((error: unknown) => {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
  });
  server.unref();
  target.context.signal.addEventListener('abort', () => server.close(), { once: true });
  return { host, port };
}

function addressOf({ tag }: Target): string {
  const [a = 0, b = 0] = createHash('sha256').update(`${tag.cluster}/${tag.node}`).digest();
  return `127.77.${a}.${1 + (b % 254)}`;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

/** One connection, through a program on the node. */
async function carry(socket: Socket, target: Target, port: number): Promise<void> {
  const argv = ['python3', '-c', await scriptText('connect.py'), String(port)];
  const { connection, end } = await openOnNode(target, { argv });
  pour(connection, socket);
  socket.pipe(connection);
  await end();
  socket.end();
}
