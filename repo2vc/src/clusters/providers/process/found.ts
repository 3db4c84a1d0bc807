import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { names, volatileRoot } from './places.ts';

/** The nodes of a cluster, by name: those that have a tag, and those that are empty as they are before they get it. */
export interface FoundNodes {
  readonly tagged: readonly string[];
  readonly empty: readonly string[];
}

/**
 * The nodes in the folder of a cluster; undefined when it is none of ours: none of its nodes has a tag, and something is
 * in it. What somebody else put there is left out.
 */
export async function nodesIn(folder: string): Promise<FoundNodes | undefined> {
  const entries = await readdir(folder).catch(() => undefined);
  if (!entries) return undefined;
  const nodes = await foldersIn(folder);
  const kinds = new Map(
    await Promise.all(nodes.map(async (node) => [node, await kindOf(join(folder, node))] as const)),
  );
  const are = (kind: Kind) => nodes.filter((node) => kinds.get(node) === kind);
  const [tagged, empty] = [are('tagged'), are('empty')];
  return tagged.length > 0 || empty.length === entries.length ? { tagged, empty } : undefined;
}

type Kind = 'tagged' | 'empty' | 'foreign';

async function kindOf(node: string): Promise<Kind> {
  const files = await readdir(node).catch(() => [] as string[]); // removed meanwhile
  if (files.includes(names.tag)) return 'tagged';
  return files.every((file) => unfinishedFile.test(file)) ? 'empty' : 'foreign';
}

/** The name of what an interrupted write leaves behind. */
export const unfinishedFile = /^\.[0-9a-z]+\.tmp$/;

/** The names of the folders in a folder that can be clusters or nodes; none when it is not there. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.filter(
    (entry) => entry.isDirectory() && /^[a-z0-9][a-z0-9-]{0,62}$/.test(entry.name),
  );
  return found.map((entry) => entry.name).sort();
}

/** Whether anything of a cluster lies on memory-backed storage. */
export async function hasVolatile(cluster: string): Promise<boolean> {
  return (await foldersIn(volatileRoot())).includes(cluster);
}
