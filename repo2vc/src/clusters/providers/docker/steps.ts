import type { Context } from '../../../context.ts';
import { type Docker, dockerFor } from '../../../io/docker/client.ts';
import { removeContainer } from '../../../io/docker/containers.ts';
import type { Tag } from '../../../io/docker/tags.ts';
import { removeVolume } from '../../../io/docker/volumes.ts';
import { ownVersion } from '../../../io/own-version.ts';
import type { ClusterGoal, ClusterId, GoalGroup } from '../../../model/index.ts';
import { eachOf } from '../../parallel.ts';
import { wantedNodes } from '../../planning.ts';
import type { ClusterStep } from '../../types.ts';
import { withheldProxies } from './container.ts';
import { findClusters } from './found.ts';
import { makeLease, putLease } from './lease.ts';
import { ensureNetwork, removeOurNetwork } from './network.ts';
import { ensureNode, removeNode } from './node.ts';
import { specHashOf } from './plan.ts';

/** Calls to one engine at once. */
export const parallel = 16;

/** Makes one step true; see ClusterProvider.perform. */
export async function performStep(
  step: ClusterStep,
  goal: ClusterGoal | 'absent',
  cluster: ClusterId,
  context: Context,
): Promise<void> {
  const docker = await dockerFor(context);
  const { node, kind } = step;
  if (node !== undefined && kind !== 'ensure') await removeNode(cluster.id, node, docker, context);
  if (kind === 'remove' || goal === 'absent') {
    if (node === undefined) await removeRest(cluster.id, docker, context);
    return;
  }
  const wanted = wantedNodes(goal);
  const { id, owner, createdAt: created } = cluster;
  const tag = { cluster: id, owner, created, expires: goal.expiresAt, version: await ownVersion() };
  if (node === undefined) {
    tellOfProxies(context);
    return ensureNetwork(tag, wanted.size, docker, context);
  }
  const group = wanted.get(node);
  if (group) await ensureNodeOf(group, node, tag, docker, context);
}

async function ensureNodeOf(
  group: GoalGroup,
  node: string,
  tag: Tag,
  docker: Docker,
  context: Context,
): Promise<void> {
  const { role, environment, cpus, memoryMiB, ports = [] } = group;
  if (environment.builder !== 'image') throw new Error(`${environment.id} is no image`);
  const { image, user, home } = environment;
  const limits = {
    ...(cpus !== undefined && { cpus }),
    ...(memoryMiB !== undefined && { memoryMiB }),
    ports,
  };
  const own = { node, role, spec: specHashOf(group), image, user: `${user.uid}:${user.gid}`, home };
  await ensureNode({ ...tag, ...own }, limits, docker, context);
}

/** Told once for a cluster: who needs a proxy meets this long before a download fails. */
function tellOfProxies(context: Context): void {
  const message = withheldProxies(context.environment);
  if (message) context.emit({ code: 'warning', args: { warning: 'proxy-withheld', message } });
}

/** Removes all that carries the cluster's tag, but was no node's when it was looked at. */
async function removeRest(cluster: string, docker: Docker, context: Context): Promise<void> {
  const found = (await findClusters(cluster, docker, context)).get(cluster);
  if (!found) return;
  for (const { tag } of found.nodes) await removeNode(cluster, tag.node, docker, context);
  for (const { id } of found.extras) await removeContainer(docker, id, context.signal);
  for (const network of found.networks) await removeOurNetwork(network, docker, context);
  // Last: as long as anything is there, its end is known.
  for (const { volume } of found.leases) await removeVolume(docker, volume.name, context.signal);
}

/** Moves the end of a cluster; see ClusterProvider.renew. */
export async function renewCluster(cluster: ClusterId, expiresAt: string, context: Context): Promise<void> {
  const docker = await dockerFor(context);
  const found = (await findClusters(cluster.id, docker, context)).get(cluster.id);
  if (!found) return;
  await makeLease(found.tag, expiresAt, found.leases, docker, context);
  const containers = found.nodes.flatMap(({ container }) => container ?? []);
  await eachOf(containers, parallel, ({ id }) => putLease(id, expiresAt, docker, context));
}
