import type { Context } from '../../../context.ts';
import { isLoopback } from '../../../io/addresses.ts';
import type { Docker } from '../../../io/docker/client.ts';
import { networkName } from '../../../io/docker/tags.ts';
import { proxyNames } from '../../../io/proxies.ts';
import { at } from '../../../model/loose.ts';
import { threadVariables } from '../../node-words.ts';
import { scriptText } from './scripts.ts';
import { type NodeTag, namesOf, nodeLabels, secondsOf } from './tag.ts';

/** Where memory-backed storage is on a node. Podman cannot give it to a user. */
const volatile = '/run/repo2vc';
/** Secrets and sockets: of the node's user, who makes it when it is needed, alone. */
export const ownVolatile = `${volatile}/user`;

/** The most processes and threads of a node: enough for big computations, too few to stop the computer. */
const mostProcesses = 8192;

/** What a node's container may use, and where its ports answer on the engine's computer. */
export interface NodeLimits {
  readonly cpus?: number;
  readonly memoryMiB?: number;
  readonly ports: readonly number[];
  readonly host: string;
}

/** The body of the request that makes a node's container, and the volume of its home if there is none. */
export async function nodeBody(
  tag: NodeTag,
  limits: NodeLimits,
  docker: Docker,
  context: Context,
): Promise<object> {
  const { memoryMiB, ports, host } = limits;
  const cpus = await cpusOf(limits, docker, context);
  const network = networkName(tag.cluster);
  const memory =
    memoryMiB === undefined ? {} : { Memory: memoryMiB * 1024 ** 2, MemorySwap: memoryMiB * 1024 ** 2 };
  const published = ports.map((port) => [`${port}/tcp`, [{ HostIp: host, HostPort: String(port) }]]);
  const variables = {
    HOME: tag.home,
    ...(cpus !== undefined && threadVariables(Math.max(1, Math.ceil(cpus)))),
    ...proxyVariables(context.environment),
  };
  const base = await baseBody(tag, [String(secondsOf(tag.expires))]);
  return {
    ...base,
    Hostname: tag.node,
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: Object.fromEntries(published.map(([port]) => [port, {}])),
    HostConfig: {
      ...base.HostConfig,
      ...{
        ...memory,
        ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
        PidsLimit: mostProcesses,
      },
      // The engine's 64 MiB are too few for programs that work with several processes; only what is used counts.
      ShmSize: 1024 ** 3,
      ...{ NetworkMode: network, PortBindings: Object.fromEntries(published) },
      Tmpfs: { [volatile]: 'mode=1777,size=64m' },
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [tag.node] } } },
    Labels: nodeLabels(tag),
  };
}

/** The body for a container that only reads a node's home; it ends by itself, and is removed by the engine then. */
export async function readerBody(tag: NodeTag, until: Date): Promise<object> {
  const base = await baseBody(tag, [String(secondsOf(until.toISOString())), 'idle']);
  const HostConfig = { ...base.HostConfig, NetworkMode: 'none', PidsLimit: 256, AutoRemove: true };
  return { ...base, Env: [`HOME=${tag.home}`], HostConfig, Labels: nodeLabels(tag) };
}

/** No privilege whatever, and nothing of the image is started by itself. */
async function baseBody(tag: NodeTag, args: readonly string[]) {
  const { home } = namesOf(tag.cluster, tag.node);
  const volume = { Labels: nodeLabels(tag) };
  return {
    ...{ Image: tag.image, User: '0:0', WorkingDir: tag.home, Healthcheck: { Test: ['NONE'] } },
    ...{ Entrypoint: ['sh', '-c', await scriptText('container.sh'), 'container.sh'], Cmd: args },
    HostConfig: {
      Mounts: [{ Type: 'volume', Source: home, Target: tag.home, VolumeOptions: volume }],
      ...{ CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], Privileged: false },
      ...{ RestartPolicy: { Name: 'no' }, LogConfig: { Type: 'none', Config: {} } },
    },
  };
}

/** The engine refuses a share of more processors than it has. */
async function cpusOf({ cpus }: NodeLimits, docker: Docker, context: Context): Promise<number | undefined> {
  if (cpus === undefined) return undefined;
  const info = await infoOnce(docker, context);
  if (at(info, 'CpuCfsQuota') === false) return undefined;
  return Math.min(cpus, Number(at(info, 'NCPU')) || cpus);
}

const infos = new WeakMap<Docker, Promise<unknown>>();

/** What the engine says of its computer; asked once, however many nodes are made. */
function infoOnce(docker: Docker, { signal }: Context): Promise<unknown> {
  const before = infos.get(docker);
  if (before !== undefined) return before;
  const info = docker.request<unknown>({ method: 'GET', path: '/info', signal });
  infos.set(docker, info);
  info.catch(() => infos.delete(docker));
  return info;
}

/** This computer's proxies; but an environment can be inspected, and `localhost` is another computer on a node. */
function proxyVariables(environment: Context['environment']): Record<string, string> {
  const told = proxiesIn(environment).filter(({ withheld }) => withheld === undefined);
  return Object.fromEntries(told.map(({ name, value }) => [name, value]));
}

/** What a person should know of the proxies that nodes are not told of; undefined when they are told of all. */
export function withheldProxies(environment: Context['environment']): string | undefined {
  const found = proxiesIn(environment).flatMap(({ name, withheld }) =>
    withheld === undefined ? [] : [`${name} (${withheld})`],
  );
  return found.length === 0 ? undefined : `Programs run without ${found.join(', ')}.`;
}

/** The proxies that are set here, and why nodes are not told of one. */
function proxiesIn(environment: Context['environment']) {
  return proxyNames.flatMap((name) => {
    const value = environment[name];
    return value ? [{ name, value, withheld: whyWithheld(name, value) }] : [];
  });
}

function whyWithheld(name: string, value: string): string | undefined {
  if (value.includes('@')) return 'the password in it would be seen by all of them';
  if (name.toLowerCase() === 'no_proxy') return undefined;
  const address = value.includes('://') ? value : `http://${value}`;
  const isHere = URL.canParse(address) && isLoopback(new URL(address).hostname.toLowerCase());
  return isHere ? 'its address is that of this computer alone' : undefined;
}
