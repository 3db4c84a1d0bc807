import type { Context } from '../../../context.ts';
import type { Docker } from '../../../io/docker/client.ts';
import { type ContainerSeen, containerCalled } from '../../../io/docker/containers.ts';
import { containerName } from '../../../io/docker/tags.ts';
import { listVolumes, type VolumeSeen } from '../../../io/docker/volumes.ts';
import { foreignObject } from './failures.ts';
import { type Lease, leasesAmong } from './lease.ts';
import { type NodeTag, namesOf, nodeTagOf } from './tag.ts';

/** What there is of one node, for those who are about to change it or to work on it. */
export interface NodeSeen {
  readonly tag: NodeTag | undefined;
  readonly container: ContainerSeen | undefined;
  readonly home: VolumeSeen | undefined;
  readonly removal: VolumeSeen | undefined;
  /** Of the whole cluster, the newest first. */
  readonly leases: readonly Lease[];
}

/** Looks at one node by its names. Failure `foreign-object` when one of them is somebody else's. */
export async function lookAtNode(
  cluster: string,
  node: string,
  docker: Docker,
  context: Context,
): Promise<NodeSeen> {
  const { signal } = context;
  const names = namesOf(cluster, node);
  const [container, volumes] = await Promise.all([
    containerCalled(docker, names.container, signal),
    listVolumes(docker, { filters: { name: [containerName(cluster, '')] } }, signal),
  ]);
  if (container && !nodeTagOf(container, 'container')) throw foreignObject('container', names.container);
  const ours = (kind: 'home' | 'removal') => {
    const volume = volumes.find(({ name }) => name === names[kind]);
    if (volume && !nodeTagOf(volume, kind)) throw foreignObject('volume', names[kind]);
    return volume;
  };
  const [home, removal] = [ours('home'), ours('removal')];
  const tag = (container && nodeTagOf(container, 'container')) ?? (home && nodeTagOf(home, 'home'));
  return { tag, container, home, removal, leases: leasesAmong(volumes, cluster) };
}
