import { join } from 'node:path';
import { destroyCluster } from '../clusters/destroy.ts';
import { ensureCluster } from '../clusters/engine.ts';
import { clusterProviders } from '../clusters/registry.ts';
import { clustersToSweep } from '../clusters/sweep.ts';
import type { ClusterProvider } from '../clusters/types.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { readIfThere } from '../io/files.ts';
import {
  type Cluster,
  type ClusterGoal,
  type Environments,
  type GoalGroup,
  type Plan,
  parserOf,
  type Target,
} from '../model/index.ts';
import type { Run } from '../runs/folder.ts';
import { clientFolderIn, clientIdOf, providerOf } from './clusters.ts';
import type { StepTools } from './types.ts';

const parseCluster = parserOf<Cluster>('cluster.schema.json');

/** Where the Jupyter server of a node that has one listens. */
const serverPorts = [8888];

/**
 * Makes the nodes that a plan asks for, or makes whole again what there is of them: to be called when a run begins and
 * whenever it is resumed. Sweeps this owner's expired clusters first. The goal lies in the run folder before the first
 * node is made.
 */
export async function provision(
  plan: Plan,
  target: Target,
  environments: Environments,
  run: Run,
  tools: StepTools,
): Promise<Cluster> {
  const provider = providerOf(target.provider);
  await refuseLessIsolation(provider, target, tools);
  await sweepExpired([run.id, clientIdOf(run.id)], tools);
  const groups = plan.groups.map(({ environment, ...group }, index) => ({
    ...group,
    environment: environmentOf(environments, environment),
    ...(index === 0 && { ports: serverPorts }),
  }));
  const cluster = await clusterFor(run.id, run.folder, groups, target, tools);
  await ensureCluster(cluster, provider, run.folder, tools);
  return cluster;
}

/** Makes the client of a cluster: one node, in which the template's cells run. Undefined when the plan has none. */
export async function provisionClient(
  plan: Plan,
  target: Target,
  environments: Environments,
  of: Cluster,
  tools: StepTools,
): Promise<Cluster | undefined> {
  if (!plan.client) return undefined;
  const environment = environmentOf(environments, plan.client.environment);
  const folder = clientFolderIn(tools.runFolder);
  const groups: GoalGroup[] = [{ role: 'client', count: 1, environment, ports: serverPorts }];
  const cluster = await clusterFor(clientIdOf(of.cluster.id), folder, groups, target, tools);
  await ensureCluster(cluster, providerOf(target.provider), folder, tools);
  return cluster;
}

/** A run that is resumed keeps its cluster, and its end unless that has passed. */
async function clusterFor(
  id: string,
  folder: string,
  groups: readonly GoalGroup[],
  target: Target,
  tools: StepTools,
): Promise<Cluster> {
  const path = join(folder, 'cluster.json');
  const text = await readIfThere(path);
  const before = text === undefined ? undefined : parseCluster(JSON.parse(text), path);
  const now = tools.clock.now();
  const fresh = new Date(now.getTime() + target.expiresAfterMinutes * 60_000).toISOString();
  const kept = before && new Date(before.goal.expiresAt) > now ? before.goal.expiresAt : undefined;
  return {
    schemaVersion: 1,
    cluster: before?.cluster ?? { id, owner: tools.owner, createdAt: now.toISOString() },
    provider: target.provider,
    goal: { groups: groups as ClusterGoal['groups'], expiresAt: kept ?? fresh },
  };
}

function environmentOf(environments: Environments, name: string) {
  const environment = environments.environments[name];
  if (!environment) throw new Error(`no environment is called ${name}`);
  return environment;
}

/** What a person agreed to was shown with its isolation; on a computer that has less of it by now, it is asked again. */
async function refuseLessIsolation(
  provider: ClusterProvider,
  target: Target,
  context: Context,
): Promise<void> {
  const { isolation } = await provider.check(context);
  if (isolation === target.isolation || target.isolation === 'none') return;
  throw new Failure(
    'isolation-changed',
    `${target.isolation}, which was to keep the experiment apart, does not work any more.`,
    {
      hint: 'See why with `repo2vc doctor`; or begin again without it: repo2vc reproduce',
      args: { was: target.isolation, is: isolation },
    },
  );
}

/** What cannot be swept now is told, and stays for the next time: it must not keep a person from working. */
async function sweepExpired(spared: readonly string[], context: Context): Promise<void> {
  const { views } = await clustersToSweep(clusterProviders, { all: false }, context);
  for (const view of views) {
    const { id } = view.cluster;
    if (spared.includes(id)) continue;
    try {
      await destroyCluster(id, providerOf(view.provider), {}, context);
    } catch (error) {
      if (context.signal.aborted || !(error instanceof Failure)) throw error;
      context.emit({ code: 'warning', args: { warning: 'not-swept', message: error.message } });
    }
  }
}
