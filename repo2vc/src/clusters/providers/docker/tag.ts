import type { ContainerSeen } from '../../../io/docker/containers.ts';
import type { NetworkSeen } from '../../../io/docker/networks.ts';
import { containerName, labelIn, labelsOf, networkName, type Tag, tagIn } from '../../../io/docker/tags.ts';
import type { VolumeSeen } from '../../../io/docker/volumes.ts';

/** What the labels of a node's container, and of the volume of its home, say; enough to make either anew. */
export interface NodeTag extends Tag {
  readonly node: string;
  readonly role: string;
  /** Changes when the node must be made anew. */
  readonly spec: string;
  /** `sha256:…` */
  readonly image: string;
  /** `uid:gid` of its programs. */
  readonly user: string;
  readonly home: string;
}

/** The names of what belongs to a node. A node's own name has no dot, so that no two objects ever share a name. */
export function namesOf(cluster: string, node: string) {
  const container = containerName(cluster, node);
  return {
    container,
    /** Reads the files of a node that does not run; see reader.ts. */
    reader: `${container}.reader`,
    home: `${container}.home`,
    /** A volume that says: this node is being removed, and nothing on it is wanted any more. */
    removal: `${container}.removal`,
  };
}

/** A volume without content, whose labels say when a cluster ends since it was last renewed. */
export function leaseName(cluster: string, seconds: number): string {
  return `${networkName(cluster)}.${seconds}.lease`;
}

/** The labels of what belongs to a node. */
export const nodeLabels = (tag: NodeTag): Record<string, string> => labelsOf(tag, { ...tag });

/** The tag of a node's container, reader or home; undefined when its labels or its name say that somebody else made it. */
export function nodeTagOf(
  { name, labels }: ContainerSeen | VolumeSeen,
  kind: 'container' | 'reader' | 'home' | 'removal',
): NodeTag | undefined {
  const tag = tagIn(labels);
  const keys = ['node', 'role', 'spec', 'image', 'user', 'home'];
  const [node, role, spec, image, user, home] = keys.map((key) => labelIn(labels, key));
  if (!tag || !node || !role || !spec || !image || !user || !home) return undefined;
  if (namesOf(tag.cluster, node)[kind] !== name) return undefined;
  return { ...tag, node, role, spec, image, user, home };
}

/** The tag of a cluster's network; undefined when somebody else made it. */
export function networkTagOf({ name, labels }: NetworkSeen): Tag | undefined {
  const tag = tagIn(labels);
  return tag && networkName(tag.cluster) === name ? tag : undefined;
}

/** The tag of a container that a build left; undefined when somebody else made it. */
export function extraTagOf({ name, labels }: ContainerSeen): Tag | undefined {
  const tag = tagIn(labels);
  return tag && name.startsWith(containerName(tag.cluster, '')) ? tag : undefined;
}

/** A lease: `expires` in its tag is the end, `renewed` tells which lease is the newest. */
export function leaseTagOf({ name, labels }: VolumeSeen): (Tag & { readonly renewed: string }) | undefined {
  const tag = tagIn(labels);
  const renewed = labelIn(labels, 'renewed');
  if (!tag || !renewed || leaseName(tag.cluster, secondsOf(tag.expires)) !== name) return undefined;
  return { ...tag, renewed };
}

/** As leases have it: seconds since 1970. */
export function secondsOf(time: string): number {
  return Math.floor(new Date(time).getTime() / 1000);
}
