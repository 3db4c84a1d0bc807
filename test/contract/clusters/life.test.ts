import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { destroyCluster, observeCluster } from '../../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../../repo2vc/src/clusters/engine.ts';
import { eventually } from '../../support/clusters.ts';
import { testContext } from '../../support/context.ts';
import { everyProvider, sweepable } from '../../support/every-provider.ts';

everyProvider(({ provider, kit, goal, started }) => {
  it('says what it promises', async () => {
    const guarantees = await provider.check(testContext());
    expect(Object.keys(guarantees).sort()).toEqual(['expiry', 'isolation', 'limits']);
  });

  it('makes the nodes that were asked for, each with an address of its own; a second time changes nothing', async () => {
    const { context, cluster, folder, view } = await started({ count: 3 });
    expect(view.phase).toBe('ready');
    expect(view.nodes.map((node) => node.name)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(new Set(view.nodes.map((node) => node.address)).size).toBe(3);
    const before = context.events.length;
    const again = await ensureCluster(cluster, provider, folder, context);
    expect({ ...again, seenAt: view.seenAt }).toEqual(view);
    expect(context.events.slice(before).map((event) => event.code)).toEqual(['cluster-ready']);
  });

  it('is found by its tags alone: without the run folder, and in the list', async () => {
    const { context, cluster, id, folder, view } = await started();
    const listed = async () =>
      (await provider.list(context)).map((one) => one.cluster).filter((one) => one.id === id);
    rmSync(folder, { recursive: true });
    const seen = await observeCluster(id, provider, context);
    expect({ ...seen, seenAt: view.seenAt }).toEqual(view);
    expect(await listed()).toEqual([cluster.cluster]);
    await destroyCluster(id, provider, {}, context);
    expect(await listed()).toEqual([]);
  });

  it('sees that a node is lost, repairs it, and keeps its files', async () => {
    const { context, cluster, id, folder, connect } = await started({ count: 2 });
    const connection = await connect();
    await connection.exec(['sh', '-c', 'echo work >kept']);
    await connection.startJob('job', ['sleep', '1000']);
    await kit.kill(context, id, 'node-1');
    const lost = await eventually(async () => {
      const view = await observeCluster(id, provider, context);
      return view.phase === 'degraded' ? view : undefined;
    });
    expect(lost.nodes.map((node) => node.state)).toEqual(['lost', 'ready']);
    const repaired = await ensureCluster(cluster, provider, folder, context);
    expect(repaired.phase).toBe('ready');
    expect((await connection.exec(['cat', 'kept'])).stdout.toString()).toBe('work\n');
    expect(await connection.job('job')).toEqual({ state: 'lost' });
  });

  it('leaves what others have alone, and nothing of its own; destroying twice is no error', async () => {
    const other = await started({ owner: 'other@here' });
    const { context } = other;
    const cluster = await goal(context, { count: 2 });
    const { id } = cluster.cluster;
    await kit.placeStrangers(context, id);
    const before = await kit.footprint(context, id);
    await ensureCluster(cluster, provider, join(context.folder, 'run-2'), context);
    expect((await kit.footprint(context, id)).length).toBeGreaterThan(before.length);
    expect(await sweepable([id, other.id], { all: true }, provider, context)).toEqual([id]);
    await destroyCluster(id, provider, {}, context);
    expect(await kit.footprint(context, id)).toEqual(before);
    await destroyCluster(id, provider, {}, context);
    const listed = (await provider.list(context)).map((view) => view.cluster.id);
    expect(listed.filter((one) => [id, other.id].includes(one))).toEqual([other.id]);
    expect((await observeCluster(other.id, provider, context)).phase).toBe('ready');
  });
});
