import type { Context } from '../../../context.ts';
import { dockerFor } from '../../../io/docker/client.ts';
import { isConnected, type NetworkSeen } from '../../../io/docker/networks.ts';
import type { ClusterId, ClusterView, NodeView, Reason } from '../../../model/index.ts';
import { type FoundCluster, type FoundNode, findClusters } from './found.ts';

/** What exists of one cluster, by its tags. */
export async function observeCluster(cluster: ClusterId, context: Context): Promise<ClusterView> {
  const found = (await findClusters(cluster.id, await dockerFor(context), context)).get(cluster.id);
  if (found) return viewOf(found, context);
  const seenAt = context.clock.now().toISOString();
  return { schemaVersion: 1, cluster, provider: 'docker', phase: 'absent', nodes: [], seenAt };
}

/** Every cluster of the engine. */
export async function listClusters(context: Context): Promise<ClusterView[]> {
  const found = await findClusters(undefined, await dockerFor(context), context);
  return [...found.values()].map((cluster) => viewOf(cluster, context));
}

function viewOf(found: FoundCluster, context: Context): ClusterView {
  const { cluster: id, owner, created: createdAt } = found.tag;
  const now = context.clock.now();
  const nodes = found.nodes.map((node) => nodeViewOf(node, found, now));
  return {
    schemaVersion: 1,
    cluster: { id, owner, createdAt },
    provider: 'docker',
    phase: phaseOf(nodes, found.end, now),
    nodes,
    expiresAt: found.end.toISOString(),
    others: othersOf(found),
    seenAt: now.toISOString(),
  };
}

function phaseOf(nodes: readonly NodeView[], end: Date, now: Date): ClusterView['phase'] {
  if (end <= now) return 'expired';
  if (nodes.length === 0 || nodes.some((node) => node.state === 'creating')) return 'partial';
  return nodes.every((node) => node.state === 'ready') ? 'ready' : 'degraded';
}

function nodeViewOf(node: FoundNode, { networks, end }: FoundCluster, now: Date): NodeView {
  const { container, home, outOfMemory, tag } = node;
  const trouble = troubleOf(node, networks[0]);
  const killed: Reason | undefined = outOfMemory ? { code: 'out-of-memory', args: {} } : undefined;
  const reason = killed ?? trouble;
  return {
    ...{ name: tag.node, role: tag.role, state: stateOf(node, trouble, end <= now) },
    ...{ address: tag.node, ref: container?.id ?? home?.name ?? tag.node, specHash: tag.spec },
    ...(reason && { reason }),
    ...(container && container.ports.length > 0 && { endpoints: [...container.ports] }),
  };
}

/** Nothing was done on a node that never ran, and nothing is wanted any more of one that is being removed. */
function stateOf(node: FoundNode, trouble: Reason | undefined, isOver: boolean): NodeView['state'] {
  if (node.removal || node.container?.state === 'created') return 'creating';
  if (isOver) return 'expired';
  return trouble ? 'lost' : 'ready';
}

/** Why a node is of no use as it is. */
function troubleOf({ container }: FoundNode, network: NetworkSeen | undefined): Reason | undefined {
  if (!container) return { code: 'container-removed', args: {} };
  if (container.state !== 'running') return { code: `container-${container.state}`, args: {} };
  const connected = network !== undefined && isConnected(container, network);
  return connected ? undefined : { code: 'disconnected', args: {} };
}

function othersOf({ networks, leases, extras, nodes }: FoundCluster): NonNullable<ClusterView['others']> {
  const volumes = [
    ...nodes.flatMap(({ home, removal }) => [home, removal]),
    ...leases.map(({ volume }) => volume),
  ];
  const containers = [...extras, ...nodes.flatMap(({ reader }) => reader ?? [])];
  return [
    ...networks.map(({ name, id }) => ({ kind: 'network', name, ref: id })),
    ...volumes.flatMap((volume) => (volume ? [{ kind: 'volume', name: volume.name, ref: volume.name }] : [])),
    ...containers.map(({ name, id }) => ({ kind: 'container', name, ref: id })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
