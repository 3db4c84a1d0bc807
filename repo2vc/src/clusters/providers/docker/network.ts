import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { type Docker, statusOf } from '../../../io/docker/client.ts';
import { listContainers } from '../../../io/docker/containers.ts';
import { createNetwork, listNetworks, type NetworkSeen, removeNetwork } from '../../../io/docker/networks.ts';
import { labelsOf, networkName, type Tag } from '../../../io/docker/tags.ts';
import { foreignObject } from './failures.ts';
import { networkTagOf } from './tag.ts';

/** The network of a cluster, if it is there. Failure `foreign-object` when somebody else's has its name. */
export async function networkOf(
  cluster: string,
  docker: Docker,
  context: Context,
): Promise<NetworkSeen | undefined> {
  const name = networkName(cluster);
  const found = await listNetworks(docker, { filters: { name: [name] } }, context.signal);
  const named = found.filter((network) => network.name === name);
  if (named.some((network) => !networkTagOf(network))) throw foreignObject('network', name);
  return named[0];
}

/** Makes the network of a cluster of so many nodes unless it is there. */
export async function ensureNetwork(
  tag: Tag,
  hosts: number,
  docker: Docker,
  context: Context,
): Promise<void> {
  if (await networkOf(tag.cluster, docker, context)) return;
  const network = { name: networkName(tag.cluster), labels: labelsOf(tag), hosts };
  await createNetwork(docker, network, context).catch((error: unknown) => {
    // Somebody else who goes on with the same run was faster.
    if (statusOf(error) !== 409) throw error;
  });
}

/** Removes a network, from which other people's containers are not taken away. */
export async function removeOurNetwork(
  network: NetworkSeen,
  docker: Docker,
  context: Context,
): Promise<void> {
  const { id, name } = network;
  await removeNetwork(docker, id, context.signal).catch(async (error: unknown) => {
    if (statusOf(error) !== 403) throw error;
    const users = await listContainers(docker, { filters: { network: [id] } }, context.signal);
    const names = users.map((container) => container.name);
    if (names.length === 0) throw error;
    throw new Failure(
      'network-in-use',
      `The network ${name} is used by other people's containers: ${names.join(', ')}.`,
      {
        hint: `Take them away from it, for instance with: docker network disconnect ${name} ${names[0]}`,
        args: { network: name, containers: names },
      },
    );
  });
}
