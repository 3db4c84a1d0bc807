import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { removeTree, translateDiskErrors } from '../../../io/files.ts';
import { ownVersion } from '../../../io/own-version.ts';
import type { ClusterGoal, ClusterId, GoalGroup } from '../../../model/index.ts';
import { wantedNodes } from '../../planning.ts';
import type { ClusterStep } from '../../types.ts';
import { claimAddress, releaseAddresses } from './addresses.ts';
import { chooseIsolation } from './check.ts';
import { makeFolder, removeEmptyNode, removeIfEmpty, removeNodeFolder, removeVolatile } from './folder.ts';
import { nodesIn } from './found.ts';
import { endMembers } from './members.ts';
import { clusterFolder, type NodePlace, names, placeOf } from './places.ts';
import { prefixOf, specHashOf } from './plan.ts';
import { withheldVariables } from './sandbox.ts';
import { startSupervisor } from './supervisor.ts';
import { endOf, readTag, refuseElsewhere, thisComputer } from './tag.ts';

/** Makes one step true; see ClusterProvider.perform. */
export async function performStep(
  step: ClusterStep,
  goal: ClusterGoal | 'absent',
  cluster: ClusterId,
  context: Context,
): Promise<void> {
  await translateDiskErrors(context.places.state, () =>
    performOn(step.node, step.kind, goal, cluster, context),
  );
}

async function performOn(
  name: string | undefined,
  kind: ClusterStep['kind'],
  goal: ClusterGoal | 'absent',
  cluster: ClusterId,
  context: Context,
): Promise<void> {
  if (name === undefined) return removeRest(cluster.id, context);
  const place = placeOf(context.places, cluster.id, name);
  await refuseElsewhere(place);
  context.signal.throwIfAborted();
  if (kind !== 'ensure') await removeNode(place, context);
  if (kind === 'remove' || goal === 'absent') return;
  context.signal.throwIfAborted();
  const group = wantedNodes(goal).get(name);
  if (group) await ensureNode(place, group, goal, cluster, context);
}

async function ensureNode(
  place: NodePlace,
  group: GoalGroup,
  goal: ClusterGoal,
  cluster: ClusterId,
  context: Context,
): Promise<void> {
  const before = await readTag(place);
  const { cpus, memoryMiB } = group;
  const { prefix, basePrefix } = prefixOf(group);
  const tag = {
    schemaVersion: 1 as const,
    version: await ownVersion(),
    ...{ cluster, node: place.node, role: group.role, specHash: specHashOf(group) },
    expiresAt: goal.expiresAt,
    ...{ prefix, basePrefix },
    ...(cpus !== undefined && { cpus }),
    ...(memoryMiB !== undefined && { memoryMiB }),
    // What a node's files were made with stays: they belong to another user with bubblewrap than without.
    isolation: before?.isolation ?? (await chooseIsolation(context)),
    ...(await thisComputer()),
  };
  const expiresAt = before ? laterOf(await endOf(place, before), goal.expiresAt) : goal.expiresAt;
  await makeFolder(place, tag, expiresAt, context);
  const [first] = wantedNodes(goal).keys();
  if (!before && place.node === first) tellOfWithheld(context);
  await claimAddress(context, place.cluster, place.node);
  // What a lost supervisor left behind would share its jobs' names and ports.
  if (before) await stopNodes([place], context);
  await rm(join(place.folder, names.outOfMemory), { force: true });
  await startSupervisor(place, tag, context);
}

/** Told once for a cluster: who needs the proxy meets this long before a download fails. */
function tellOfWithheld(context: Context): void {
  const withheld = withheldVariables(context.environment);
  if (withheld.length === 0) return;
  const message = `Programs run without ${withheld.join(', ')}: the password in it would be seen by all of them.`;
  context.emit({ code: 'warning', args: { warning: 'proxy-withheld', message } });
}

/** A cluster that was renewed is not cut short by its repair. */
function laterOf(end: Date, expiresAt: string): string {
  return end > new Date(expiresAt) ? end.toISOString() : expiresAt;
}

/** Ends every program of these nodes; their files stay. */
export async function stopNodes(places: readonly NodePlace[], context: Context): Promise<void> {
  if (places.length === 0) return;
  await Promise.all(places.map(refuseElsewhere));
  const marks = places.map((place) => `REPO2VC_NODE=${place.cluster}/${place.node}`);
  await endMembers(marks, context);
}

async function removeNode(place: NodePlace, context: Context): Promise<void> {
  await stopNodes([place], context);
  context.signal.throwIfAborted();
  await removeTree(place.volatile);
  context.signal.throwIfAborted();
  await releaseAddresses(context.places, place.cluster, place.node);
  await removeNodeFolder(place, context);
}

/** Removes all that carries the cluster's tag but belongs to no node that was seen. What others put there stays. */
async function removeRest(cluster: string, context: Context): Promise<void> {
  await endMembers([`REPO2VC_CLUSTER=${cluster}`], context);
  context.signal.throwIfAborted();
  await removeVolatile(cluster);
  await releaseAddresses(context.places, cluster);
  const folder = clusterFolder(context.places, cluster);
  const { empty, tagged } = (await nodesIn(folder)) ?? { empty: [], tagged: [] };
  for (const node of empty) await removeEmptyNode(join(folder, node));
  if ((await removeIfEmpty(folder)) || tagged.length > 0) return;
  const message = `${folder} was left as it is: there is something in it that repo2vc did not make.`;
  context.emit({ code: 'warning', args: { warning: 'foreign-files', message } });
}
