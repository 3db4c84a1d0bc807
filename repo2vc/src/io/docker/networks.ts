import type { Context } from '../../context.ts';
import { isFailure } from '../../failure.ts';
import { listAt, textAt } from '../../model/loose.ts';
import { readIfThere } from '../files.ts';
import type { Docker } from './client.ts';
import type { ContainerSeen } from './containers.ts';
import { unlessAbsent } from './failures.ts';
import { chooseSubnet, countFree, subnetsInRoutes } from './subnets.ts';

/** A network of an engine. */
export interface NetworkSeen {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As 10.213.4.32/27; of IPv6 too. */
  readonly subnets: readonly string[];
}

type Filters = { readonly filters?: Readonly<Record<string, readonly string[]>> };

/** The networks that a filter lets through. One of names lets through those that contain one. */
export async function listNetworks(
  docker: Docker,
  query: Filters,
  signal: AbortSignal,
): Promise<NetworkSeen[]> {
  const found = await docker.request<Raw[]>({ method: 'GET', path: '/networks', query, signal });
  return found.map((network) => ({
    id: network.Id,
    name: network.Name,
    labels: network.Labels ?? {},
    subnets: listAt(network, 'IPAM', 'Config').flatMap((one) => textAt(one, 'Subnet') ?? []),
  }));
}

interface Raw {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** How often another subnet is tried when somebody else was faster. */
const mostAttempts = 8;

/**
 * Makes a network for `hosts` containers, with a small subnet that no network of the engine and, where it runs here, no
 * route of this computer uses. Gives its id. Failure `no-subnet`; `engine-refused` with 409 when there is one of this name.
 */
export async function createNetwork(
  docker: Docker,
  network: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly hosts: number;
  },
  context: Context,
): Promise<string> {
  const ranges = await rangesOf(context);
  for (let attempt = 1; ; attempt++) {
    const start = Number.parseInt(context.random(6), 36) / 36 ** 6;
    const subnet = chooseSubnet(ranges, await usedSubnets(docker, context), network.hosts, start);
    const body = {
      ...{ Name: network.name, Labels: network.labels, Driver: 'bridge', CheckDuplicate: true },
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
    };
    const call = { method: 'POST', path: '/networks/create', body, signal: context.signal } as const;
    try {
      return (await docker.request<{ Id: string }>(call)).Id;
    } catch (error) {
      if (!(isFailure(error) && error.code === 'no-subnet' && attempt < mostAttempts)) throw error;
    }
  }
}

async function rangesOf(context: Context): Promise<readonly string[]> {
  return (await context.containers()).subnets ?? ['10.213.0.0/16'];
}

/** How many more networks there is room for (100: that many or more), and where. Failure `no-subnet`: for none. */
export async function freeSubnets(
  docker: Docker,
  context: Context,
): Promise<{ readonly free: number; readonly ranges: readonly string[] }> {
  const ranges = await rangesOf(context);
  return { free: countFree(ranges, await usedSubnets(docker, context)), ranges };
}

async function usedSubnets(docker: Docker, context: Context): Promise<string[]> {
  const networks = await listNetworks(docker, {}, context.signal);
  const routes = docker.local ? await readIfThere('/proc/net/route') : undefined;
  return [...networks.flatMap(({ subnets }) => subnets), ...subnetsInRoutes(routes ?? '')];
}

/** Connects a container to a network, by this name beside its own. */
export async function connectToNetwork(
  docker: Docker,
  network: string,
  container: string,
  alias: string,
  signal: AbortSignal,
): Promise<void> {
  const body = { Container: container, EndpointConfig: { Aliases: [alias] } };
  await docker.request({ method: 'POST', path: `/networks/${network}/connect`, body, signal });
}

/** Whether a container is connected to a network. Where Docker tells the network's id, Podman tells its name. */
export function isConnected(
  container: Pick<ContainerSeen, 'networks'>,
  { id, name }: Pick<NetworkSeen, 'id' | 'name'>,
): boolean {
  return container.networks.includes(id) || container.networks.includes(name);
}

/** Removes a network; that there is none is no error. `engine-refused` with 403 while something is connected to it. */
export async function removeNetwork(docker: Docker, id: string, signal: AbortSignal): Promise<void> {
  await unlessAbsent(docker.request({ method: 'DELETE', path: `/networks/${id}`, signal }));
}
