import type { Context } from '../../../context.ts';
import { isFailure } from '../../../failure.ts';
import { type Docker, statusOf } from '../../../io/docker/client.ts';
import {
  type ContainerSeen,
  containerCalled,
  createContainer,
  removeContainer,
  startContainer,
  unpauseContainer,
} from '../../../io/docker/containers.ts';
import { connectToNetwork, isConnected } from '../../../io/docker/networks.ts';
import { createVolume, removeVolume } from '../../../io/docker/volumes.ts';
import { type NodeLimits, nodeBody } from './container.ts';
import { notCreated } from './failures.ts';
import { makeLease, putLease } from './lease.ts';
import { lookAtNode, type NodeSeen } from './look.ts';
import { networkOf } from './network.ts';
import { type NodeTag, namesOf, nodeLabels, nodeTagOf } from './tag.ts';

/** How often another address, or another container, is tried. */
const mostAttempts = 5;

/**
 * Makes a node, or what is left of one, run: a container that ended is started again, with all its files; one that is
 * gone, or that cannot be what the goal says, is made anew around the home that was left.
 */
export async function ensureNode(
  tag: NodeTag,
  limits: Omit<NodeLimits, 'host'>,
  docker: Docker,
  context: Context,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runNode(tag, limits, docker, context);
    } catch (error) {
      if (attempt === mostAttempts || !isOfContainer(error)) throw error;
      await removeContainer(docker, namesOf(tag.cluster, tag.node).container, context.signal);
    }
  }
}

/** One attempt at {@link ensureNode}. */
async function runNode(
  tag: NodeTag,
  limits: Omit<NodeLimits, 'host'>,
  docker: Docker,
  context: Context,
): Promise<void> {
  const { cluster, node } = tag;
  let seen = await lookAtNode(cluster, node, docker, context);
  if (seen.removal) {
    await removeNode(cluster, node, docker, context);
    seen = await lookAtNode(cluster, node, docker, context);
  }
  const born = { ...tag, expires: await endFor(tag, seen, docker, context) };
  const container = await usable(seen.container, tag, docker, context);
  if (container) await putLease(container.id, born.expires, docker, context);
  else await createNode(born, { ...limits, host: loopbackHost(context) }, docker, context);
  return startNode(namesOf(cluster, node).container, container, tag, docker, context);
}

/** When a node ends: with its cluster, which may have been renewed. One whose end has passed gets the end of its goal. */
async function endFor(
  tag: NodeTag,
  { leases, tag: before }: NodeSeen,
  docker: Docker,
  context: Context,
): Promise<string> {
  const end = leases[0]?.expires ?? before?.expires ?? tag.expires;
  if (new Date(end) > context.clock.now()) return end;
  await makeLease(tag, tag.expires, leases, docker, context);
  return tag.expires;
}

/**
 * Whether another container may do what this one could not: its port is taken, its network is gone, or it is gone itself:
 * an engine shows a container that it is making, and takes it back when the one who asked for it has died.
 */
function isOfContainer(error: unknown): boolean {
  return (isFailure(error) && error.code === 'port-taken') || statusOf(error) === 404;
}

/** The container of a node if it can be used; else it is removed, its home stays. */
async function usable(
  container: ContainerSeen | undefined,
  tag: NodeTag,
  docker: Docker,
  context: Context,
): Promise<ContainerSeen | undefined> {
  if (!container) return undefined;
  const isWhole = !['dead', 'removing', 'restarting'].includes(container.state);
  if (isWhole && nodeTagOf(container, 'container')?.spec === tag.spec) return container;
  await removeContainer(docker, container.id, context.signal);
  return undefined;
}

async function createNode(tag: NodeTag, limits: NodeLimits, docker: Docker, context: Context): Promise<void> {
  const { container, home } = namesOf(tag.cluster, tag.node);
  const body = await nodeBody(tag, limits, docker, context);
  // Podman gives a volume that it makes with its container no labels.
  if (docker.version.engine === 'Podman') {
    await createVolume(docker, { name: home, labels: nodeLabels(tag) }, context.signal);
  }
  await createContainer(docker, container, body, context.signal).catch((error: unknown) => {
    // Somebody else who goes on with the same run was faster.
    if (statusOf(error) !== 409) throw notCreated(error, tag);
  });
}

async function startNode(
  name: string,
  before: ContainerSeen | undefined,
  { cluster, node }: NodeTag,
  docker: Docker,
  context: Context,
): Promise<void> {
  const { signal } = context;
  if (!before || before.state === 'created' || before.state === 'exited') {
    return startContainer(docker, name, signal);
  }
  if (before.state === 'paused') await unpauseContainer(docker, name, signal);
  const network = await networkOf(cluster, docker, context);
  if (!network || isConnected(before, network)) return;
  await connectToNetwork(docker, network.id, name, node, signal);
}

/** An address of this computer that hardly anybody else has taken; should somebody have, the engine says so. */
function loopbackHost(context: Context): string {
  const [a, b] = [context.random(3), context.random(3)].map((text) => Number.parseInt(text, 36));
  return `127.77.${(a ?? 0) % 256}.${((b ?? 0) % 254) + 1}`;
}

/**
 * Removes a node. First it is said that nothing on it is wanted any more: a home that is left without its container would
 * be taken for work.
 */
export async function removeNode(
  cluster: string,
  node: string,
  docker: Docker,
  context: Context,
): Promise<void> {
  const { signal } = context;
  const names = namesOf(cluster, node);
  const seen = await lookAtNode(cluster, node, docker, context);
  if (seen.tag && seen.home)
    await createVolume(docker, { name: names.removal, labels: nodeLabels(seen.tag) }, signal);
  const reader = await containerCalled(docker, names.reader, signal);
  const ours = [seen.container, reader && nodeTagOf(reader, 'reader') ? reader : undefined];
  for (const container of ours) if (container) await removeContainer(docker, container.id, signal);
  if (seen.home) await removeVolume(docker, names.home, signal);
  if (seen.home || seen.removal) await removeVolume(docker, names.removal, signal);
}
