import { Failure } from '../../../failure.ts';
import { type ContainerSeen, containerCalled } from '../../../io/docker/containers.ts';
import type { NodeEndpoint } from '../../types.ts';
import { nodeLost } from './failures.ts';
import { forwardTo } from './forward.ts';
import { execOnNode, type Target } from './programs.ts';
import { namesOf } from './tag.ts';

/** A published port of the node at which nothing listens now. */
export async function freePortOf(target: Target): Promise<number> {
  const { ports } = await containerOf(target);
  const tables = await execOnNode(target, { argv: ['cat', '/proc/net/tcp', '/proc/net/tcp6'] });
  const taken = listeningIn(tables.stdout.toString());
  const free = ports.find(({ port }) => !taken.has(port));
  if (free) return free.port;
  const { node, cluster } = target.tag;
  throw new Failure('no-free-port', `No port of ${node} of ${cluster} that can be reached is free.`, {
    hint: 'End what listens there, then run the same command again.',
    retryable: true,
    args: { node, ports: ports.map(({ port }) => String(port)) },
  });
}

/** The ports of proc(5)'s tables at which something listens (state 0A). */
function listeningIn(tables: string): Set<number> {
  const rows = tables.split('\n').map((line) => /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /.exec(line)?.[1]);
  return new Set(rows.flatMap((port) => (port === undefined ? [] : [Number.parseInt(port, 16)])));
}

/** Where a port of the node answers on this computer; see NodeConnection.endpoint. */
export async function endpointOf(target: Target, port: number): Promise<NodeEndpoint> {
  const { node, cluster } = target.tag;
  if (!target.docker.local) return { ...(await forwardTo(target, port)), forwarded: true };
  const published = (await containerOf(target)).ports.find((one) => one.port === port);
  if (published) return { host: published.host, port: published.hostPort };
  throw new Failure(
    'port-not-published',
    `Port ${port} of ${node} of ${cluster} cannot be reached from here.`,
    {
      hint: 'Only the ports that its group names when it is made can be.',
      args: { node, port },
    },
  );
}

async function containerOf({ tag, docker, context }: Target): Promise<ContainerSeen> {
  const found = await containerCalled(docker, namesOf(tag.cluster, tag.node).container, context.signal);
  if (found?.state === 'running') return found;
  throw nodeLost(tag.cluster, tag.node, 'does not run');
}
