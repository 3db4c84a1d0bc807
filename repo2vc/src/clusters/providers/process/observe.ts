import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { readIfThere } from '../../../io/files.ts';
import type { ClusterId, ClusterView, NodeView, ProcessNodeTag, Reason } from '../../../model/index.ts';
import { addressOf, clustersWithAddress } from './addresses.ts';
import { foldersIn, hasVolatile, nodesIn } from './found.ts';
import { findMembers } from './members.ts';
import { clusterFolder, type NodePlace, names, nodesFolder, placeOf } from './places.ts';
import { supervisorOf } from './supervisor.ts';
import { endOf, isHere, readTag } from './tag.ts';

/** How long something that has no tag yet counts as being made. */
const graceMs = 10 * 60_000;

interface Seen {
  readonly view: NodeView;
  readonly tag: ProcessNodeTag | undefined;
  readonly end: Date;
}

/** What exists of one cluster, from its tags: its folder, its addresses, its memory-backed files and its processes. */
export async function observeCluster(cluster: ClusterId, context: Context): Promise<ClusterView> {
  const folder = clusterFolder(context.places, cluster.id);
  const found = await nodesIn(folder);
  const born = found && (await stat(folder).catch(() => undefined));
  const nodes = found && born ? [...found.tagged, ...found.empty].sort() : [];
  const seen = await Promise.all(
    nodes.map((node) => look(placeOf(context.places, cluster.id, node), context)),
  );
  const tag = seen.find((one) => one.tag)?.tag;
  const unfinished = born ? new Date(born.mtimeMs + graceMs) : context.clock.now();
  const end = seen.length > 0 ? new Date(Math.max(...seen.map((one) => one.end.getTime()))) : unfinished;
  const exists = born !== undefined || (await leavesTraces(cluster.id, context));
  const views = seen.map((one) => one.view);
  return {
    schemaVersion: 1,
    cluster: tag?.cluster ?? { ...cluster, createdAt: (born?.mtime ?? context.clock.now()).toISOString() },
    provider: 'process',
    phase: exists ? phaseOf(views, end, context) : 'absent',
    nodes: views,
    ...(exists && { expiresAt: end.toISOString() }),
    seenAt: context.clock.now().toISOString(),
  };
}

/**
 * Every cluster of this state folder. What is empty and has no tag yet is ours: it was about to become a node. What has
 * an address but no folder was not removed by us, and is over.
 */
export async function listClusters(context: Context): Promise<ClusterView[]> {
  const root = nodesFolder(context.places);
  const ids = new Set(clustersWithAddress(context.places));
  for (const id of await foldersIn(root)) if (await nodesIn(join(root, id))) ids.add(id);
  const createdAt = context.clock.now().toISOString();
  return Promise.all([...ids].map((id) => observeCluster({ id, owner: context.owner, createdAt }, context)));
}

async function leavesTraces(cluster: string, context: Context): Promise<boolean> {
  if (clustersWithAddress(context.places).includes(cluster) || (await hasVolatile(cluster))) return true;
  return (await findMembers([`REPO2VC_CLUSTER=${cluster}`])).length > 0;
}

function phaseOf(nodes: readonly NodeView[], end: Date, context: Context): ClusterView['phase'] {
  if (end <= context.clock.now()) return 'expired';
  if (nodes.length === 0 || nodes.some((node) => node.state === 'creating')) return 'partial';
  return nodes.every((node) => node.state === 'ready') ? 'ready' : 'degraded';
}

async function look(place: NodePlace, context: Context): Promise<Seen> {
  const tag = await readTag(place);
  if (!tag) return lookWithoutTag(place);
  const end = await endOf(place, tag);
  const [address, reason, state] = await Promise.all([
    addressOf(context.places, place.cluster, place.node),
    reasonOf(place),
    stateOf(place, tag, end, context),
  ]);
  const elsewhere = state === 'lost' && !(await isHere(tag));
  const why = elsewhere ? { code: 'on-another-computer', args: { host: tag.host } } : reason;
  const { node: name, role, specHash } = tag;
  const view = {
    ...{ name, role, state, ref: place.folder, specHash },
    ...(address !== undefined && { address }),
    ...(why && { reason: why }),
  };
  return { tag, end, view };
}

/** A tag that cannot be read (made by a later version, perhaps) is no reason to take the work on its node for nothing. */
async function lookWithoutTag(place: NodePlace): Promise<Seen> {
  const born = (await stat(place.folder).catch(() => undefined))?.mtimeMs ?? 0;
  const unreadable = (await readIfThere(join(place.folder, names.tag))) !== undefined;
  const node = { name: place.node, role: 'unknown', ref: place.folder };
  const view: NodeView = unreadable
    ? { ...node, state: 'lost', reason: { code: 'tag-unreadable', args: {} } }
    : { ...node, state: 'creating' };
  return { tag: undefined, end: new Date(born + graceMs), view };
}

async function stateOf(
  place: NodePlace,
  tag: ProcessNodeTag,
  end: Date,
  context: Context,
): Promise<NodeView['state']> {
  // Where no supervisor ever was, creation was interrupted before it, or removal after it.
  if ((await readIfThere(join(place.folder, names.supervisor))) === undefined) return 'creating';
  if (end <= context.clock.now()) return 'expired';
  return (await isHere(tag)) && (await supervisorOf(place)) ? 'ready' : 'lost';
}

/** Why something on the node was ended: `kib` is what all its processes used together when one was killed. */
async function reasonOf(place: NodePlace): Promise<Reason | undefined> {
  const last = (await readIfThere(join(place.folder, names.outOfMemory)))?.trim().split('\n').at(-1);
  const kib = Number(last?.split(' ')[1]);
  return last ? { code: 'out-of-memory', args: { kib } } : undefined;
}
