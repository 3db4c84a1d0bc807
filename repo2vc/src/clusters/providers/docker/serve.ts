import type { Server } from 'node:http';
import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../failure.ts';
import { demultiplexer } from '../../../io/docker/frames.ts';
import { ownVolatile } from './container.ts';
import { openOnNode, type Target } from './programs.ts';
import { type RelayEnd, relayEnd } from './relay.ts';
import { scriptText } from './scripts.ts';

/** How long the relay may take to end: programs of its user can keep it from that. */
const patienceMs = 5_000;

/** Leads programs of a node to a server of ours; see NodeConnection.serve. */
export async function serveOnNode(target: Target, name: string, server: Server) {
  const { tag } = target;
  const nodePath = posix.join(ownVolatile, `${name}.sock`);
  const argv = ['python3', '-c', await scriptText('relay.py'), nodePath];
  const { connection, end } = await openOnNode(target, { argv });
  let said = '';
  let ready: () => void = () => undefined;
  const listens = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const relay: RelayEnd = relayEnd(
    (bytes) => connection.writable && connection.write(bytes),
    ready,
    (carried) => {
      carried.on('error', () => undefined);
      server.emit('connection', carried);
    },
  );
  const take = demultiplexer((chunk, stream) => {
    if (stream === 'stdout') relay.take(chunk);
    else said = `${said}${chunk}`.slice(-500);
  });
  connection.on('data', take);
  connection.once('close', relay.close);
  const ended = end();
  await Promise.race([listens, ended.then((code) => Promise.reject(notServed(tag.node, code, said)))]);
  ended.catch(() => undefined);
  const close = async () => {
    // A server that does not listen knows nothing of its connections, and cannot end them.
    relay.close();
    connection.end();
    const patience = sleep(patienceMs, undefined, { ref: false });
    await Promise.race([ended.catch(() => undefined), patience]);
    connection.destroy();
  };
  return { nodePath, close };
}

function notServed(node: string, code: number, said: string): Failure {
  return new Failure('relay-failed', `Programs of ${node} cannot be led here (${code}): ${said.trim()}`, {
    hint: 'The environment of a template’s cells needs Python 3 (python3 on its PATH).',
    args: { node },
  });
}
