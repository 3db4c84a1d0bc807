import type { Context } from '../../../context.ts';
import type { Docker } from '../../../io/docker/client.ts';
import { type ContainerSeen, listContainers } from '../../../io/docker/containers.ts';
import { containersOutOfMemory } from '../../../io/docker/events.ts';
import { listNetworks, type NetworkSeen } from '../../../io/docker/networks.ts';
import { type Tag, taggedWith } from '../../../io/docker/tags.ts';
import { listVolumes, type VolumeSeen } from '../../../io/docker/volumes.ts';
import { type Lease, leasesAmong } from './lease.ts';
import { extraTagOf, leaseTagOf, type NodeTag, networkTagOf, nodeTagOf } from './tag.ts';

/** All that there is of one node. At least one of container, home and removal is there. */
export interface FoundNode {
  readonly tag: NodeTag;
  readonly container?: ContainerSeen;
  readonly reader?: ContainerSeen;
  readonly home?: VolumeSeen;
  readonly removal?: VolumeSeen;
  readonly outOfMemory: boolean;
}

/** All that there is of one cluster. */
export interface FoundCluster {
  readonly tag: Tag;
  readonly networks: readonly NetworkSeen[];
  /** The newest first. */
  readonly leases: readonly Lease[];
  /** In the order of their names. */
  readonly nodes: readonly FoundNode[];
  /** Containers that are no node's: those of a build. */
  readonly extras: readonly ContainerSeen[];
  /** When it ends. */
  readonly end: Date;
}

type Part = 'container' | 'reader' | 'home' | 'removal';

interface Parts {
  tag: Tag;
  networks: NetworkSeen[];
  extras: ContainerSeen[];
  volumes: VolumeSeen[];
  nodes: Map<string, Omit<FoundNode, 'outOfMemory'>>;
  ends: number[];
}

/** Everything with our tags: of one cluster, or of all, by id. Four requests, however much there is. */
export async function findClusters(
  cluster: string | undefined,
  docker: Docker,
  context: Context,
): Promise<Map<string, FoundCluster>> {
  const { signal } = context;
  const tagged = taggedWith(cluster);
  const [containers, networks, volumes, victims] = await Promise.all([
    listContainers(docker, tagged, signal),
    listNetworks(docker, tagged, signal),
    listVolumes(docker, tagged, signal),
    containersOutOfMemory(docker, tagged, context.clock.now(), signal),
  ]);
  const found = new Map<string, Parts>();
  for (const network of networks) partsFor(found, networkTagOf(network))?.networks.push(network);
  for (const volume of volumes) {
    const isNode = addToNode(found, volume, ['home', 'removal']);
    if (!isNode) partsFor(found, leaseTagOf(volume))?.volumes.push(volume);
  }
  for (const container of containers) {
    const isNode = addToNode(found, container, ['container', 'reader']);
    if (!isNode) partsFor(found, extraTagOf(container))?.extras.push(container);
  }
  const killed = new Set(victims.map((labels) => labels.name ?? ''));
  return new Map([...found].map(([id, parts]) => [id, finished(parts, killed)]));
}

/** Where what has this tag belongs; nowhere when it has none: it is somebody else's. */
function partsFor(found: Map<string, Parts>, tag: Tag | undefined): Parts | undefined {
  if (!tag) return undefined;
  const parts: Parts = found.get(tag.cluster) ?? {
    tag,
    networks: [],
    volumes: [],
    extras: [],
    nodes: new Map(),
    ends: [],
  };
  found.set(tag.cluster, parts);
  parts.ends.push(new Date(tag.expires).getTime());
  return parts;
}

/** Whether it belongs to a node. The tag of a container is newer than that of the home, which outlives containers. */
function addToNode(
  found: Map<string, Parts>,
  object: ContainerSeen | VolumeSeen,
  kinds: readonly Part[],
): boolean {
  for (const kind of kinds) {
    const tag = nodeTagOf(object, kind);
    const parts = partsFor(found, tag);
    if (!tag || !parts) continue;
    const before = parts.nodes.get(tag.node) ?? { tag };
    parts.nodes.set(tag.node, { ...before, ...(kind === 'container' && { tag }), [kind]: object });
    return true;
  }
  return false;
}

function finished(
  { tag, networks, volumes, extras, nodes, ends }: Parts,
  killed: ReadonlySet<string>,
): FoundCluster {
  const leases = leasesAmong(volumes, tag.cluster);
  const sorted = [...nodes].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return {
    ...{ tag, networks, leases, extras },
    nodes: sorted.map(([, node]) => ({ ...node, outOfMemory: killed.has(node.container?.name ?? '') })),
    end: new Date(leases[0]?.expires ?? Math.max(...ends)),
  };
}
