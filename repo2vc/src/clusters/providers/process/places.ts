import { join } from 'node:path';
import type { Places } from '../../../context.ts';

/** Where everything of one node lies on this computer. Absolute paths. */
export interface NodePlace {
  readonly cluster: string;
  readonly node: string;
  readonly folder: string;
  /** Secrets and sockets: on memory-backed storage, and short enough for the name of a socket (108 bytes). */
  readonly volatile: string;
}

/** The folder that holds one folder per cluster. */
export function nodesFolder(places: Places): string {
  return join(places.state, 'nodes');
}

/** The folder that holds one folder per node of a cluster. */
export function clusterFolder(places: Places, cluster: string): string {
  return join(nodesFolder(places), cluster);
}

/** The folder that holds one symbolic link per loopback address that is taken: `127.77.3.9` → `cluster/node`. */
export function addressesFolder(places: Places): string {
  return join(places.state, 'addresses');
}

/** The folder of all memory-backed things of this user. */
export function volatileRoot(): string {
  return `/dev/shm/repo2vc-${process.getuid?.() ?? 0}`;
}

/** Where a node lies, whether it is there or not. */
export function placeOf(places: Places, cluster: string, node: string): NodePlace {
  return {
    cluster,
    node,
    folder: join(clusterFolder(places, cluster), node),
    volatile: join(volatileRoot(), cluster, node),
  };
}

/** The names of a node's files. */
export const names = {
  tag: 'tag.json',
  lease: 'lease',
  control: 'control',
  supervisor: 'supervisor.pid',
  outOfMemory: 'out-of-memory',
  home: 'home',
  temporary: 'tmp',
  etc: 'etc',
  jobs: 'jobs',
} as const;

/** A node's home, as programs inside bubblewrap see it. */
export const sandboxHome = '/home/jovyan';
/** Where the volatile folder is seen inside bubblewrap. */
export const sandboxVolatile = '/run/repo2vc';
