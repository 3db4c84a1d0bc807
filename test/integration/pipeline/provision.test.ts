import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordListing } from '../../../repo2vc/src/clusters/bring-home.ts';
import { ensureCluster } from '../../../repo2vc/src/clusters/engine.ts';
import { processProvider } from '../../../repo2vc/src/clusters/providers/process/index.ts';
import {
  destroyCluster,
  listClusters,
  showCluster,
  sweep,
  sweepable,
} from '../../../repo2vc/src/pipeline/clusters.ts';
import { provision, provisionClient } from '../../../repo2vc/src/pipeline/provision.ts';
import { eventually, footprint, supervisorPid, testCluster, testId } from '../../support/clusters.ts';
import { pathWithoutBubblewrap } from '../../support/contract-run.ts';
import { stage } from '../../support/stage.ts';

/** The clusters of a test's own computer: a container engine, which has those of others, is shared. */
const listed = async (context: Parameters<typeof listClusters>[0]) =>
  (await listClusters(context)).views.filter((view) => view.provider === 'process');
const phaseOf = async (id: string, context: Parameters<typeof listClusters>[0]) =>
  (await listed(context)).find((view) => view.cluster.id === id)?.phase;

/** A cluster of this owner or another, with a file on it that is worth saving; it ends in a moment. */
async function endingCluster(owner: string, set: Awaited<ReturnType<typeof stage>>) {
  const cluster = testCluster(testId(), { owner });
  const { id } = cluster.cluster;
  const { nodes } = await ensureCluster(cluster, processProvider, join(set.context.folder, id), set.context);
  if (!nodes[0]) throw new Error('no node');
  const connection = await processProvider.connect(cluster.cluster, nodes[0], set.context);
  await connection.exec(['mkdir', 'work']);
  await recordListing(connection, 'work');
  await connection.exec(['sh', '-c', 'echo mine >work/mine']);
  await processProvider.renew(cluster.cluster, new Date(Date.now() + 1000).toISOString(), set.context);
  await eventually(async () => ((await phaseOf(id, set.context)) === 'expired' ? true : undefined));
  return id;
}

it('gives a resumed run the same cluster with the same end, whole again', async () => {
  const { plan, target, environments, run, tools, cluster } = await stage({ bare: true });
  expect(JSON.parse(readFileSync(join(run.folder, 'cluster.json'), 'utf8'))).toEqual(cluster);
  const [node] = (await showCluster(run.id, tools)).nodes;
  process.kill(supervisorPid(tools.places, run.id, node?.name), 'SIGKILL');
  expect(await provision(plan, target, environments, run, tools)).toEqual(cluster);
  expect(await phaseOf(run.id, tools)).toBe('ready');
});

it('makes the client of a run beside its cluster, and destroys both by one id, the run folder lost', async () => {
  const { plan, target, environments, tools, cluster, context } = await stage({ cells: ['1'], bare: true });
  const client = await provisionClient(plan, target, environments, cluster, tools);
  expect(client?.goal.groups.map(({ role, count }) => [role, count])).toEqual([['client', 1]]);
  expect((await listed(tools)).length).toBe(2);
  const { id } = cluster.cluster;
  expect(await destroyCluster(id, {}, tools)).toEqual({ existed: true });
  expect(footprint(context.places, id)).toEqual([]);
  expect(await destroyCluster(id, {}, tools)).toEqual({ existed: false });
  await expect(showCluster(id, tools)).rejects.toMatchObject({ code: 'unknown-cluster' });
});

it('brings home and removes what has expired before it makes anything new, but nothing of another owner', async () => {
  const set = await stage({ bare: true });
  const [mine, others] = await Promise.all([
    endingCluster(set.context.owner, set),
    endingCluster('other@here', set),
  ]);
  await provision(set.plan, set.target, set.environments, set.run, set.tools);
  expect((await listed(set.tools)).map((view) => view.cluster.id).sort()).toEqual(
    [others, set.run.id].sort(),
  );
  expect(readFileSync(join(set.context.places.state, 'saved', mine, 'work/mine'), 'utf8')).toBe('mine\n');
  expect((await sweepable({ all: true }, set.tools)).views.map((view) => view.cluster.id)).toEqual([
    set.run.id,
  ]);
  await sweep((await sweepable({ all: true }, set.tools)).views, set.tools);
  expect((await listed(set.tools)).map((view) => view.cluster.id)).toEqual([others]);
  await destroyCluster(others, { discard: true }, set.tools);
});

it('goes on, and says so, when something that has expired cannot be brought home', async () => {
  const set = await stage({ bare: true });
  const id = await endingCluster(set.context.owner, set);
  writeFileSync(join(set.context.places.state, 'saved'), 'a file where the folder was to be');
  await provision(set.plan, set.target, set.environments, set.run, set.tools);
  expect(set.context.events).toContainEqual(
    expect.objectContaining({ code: 'warning', args: expect.objectContaining({ warning: 'not-swept' }) }),
  );
  expect(await phaseOf(id, set.tools)).toBe('expired');
  await destroyCluster(id, { discard: true }, set.tools);
});

it('does not run with less isolation than the person agreed to', async () => {
  const { plan, environments, run, tools, target } = await stage({ bare: true });
  const PATH = pathWithoutBubblewrap(join(tools.workingDirectory, 'bin'));
  const without = { ...tools, environment: { PATH } };
  const agreed = { ...target, isolation: 'bubblewrap' } as const;
  await destroyCluster(run.id, {}, tools);
  await expect(provision(plan, agreed, environments, run, without)).rejects.toMatchObject({
    code: 'isolation-changed',
  });
  expect(existsSync(join(tools.places.state, 'nodes', run.id))).toBe(false);
  expect(readdirSync(join(tools.places.state, 'addresses'))).toEqual([]);
});
