import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { destroyCluster, observeCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { eventually } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';
import { driveCluster } from '../support/drive-clusters.ts';
import { everyProvider, type Subject } from '../support/every-provider.ts';

/** Calls `work` with 0, 1, 2, … for as long as it says that there was such a moment; a few at once. */
async function atEveryMoment(work: (moment: number) => Promise<boolean>): Promise<number> {
  let next = 0;
  let last = Number.POSITIVE_INFINITY;
  const lane = async () => {
    for (let moment = next++; moment < last; moment = next++) {
      if (!(await work(moment))) last = Math.min(last, moment);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  return last;
}

async function setUp({ goal }: Subject) {
  const context = testContext();
  const cluster = await goal(context);
  const { id } = cluster.cluster;
  const drive = { cluster, places: context.places, folder: join(context.folder, 'run') };
  return { context, cluster, id, drive };
}

// a minute or two, and more on a busy computer
vi.setConfig({ testTimeout: 900_000 });

everyProvider((subject) => {
  const { provider, kit } = subject;

  it('can be destroyed or resumed after SIGKILL at every effect of creation', async () => {
    const moments = await atEveryMoment(async (crashAt) => {
      const { context, cluster, id, drive } = await setUp(subject);
      const effects = await driveCluster({ ...drive, action: 'create', crashAt });
      if (crashAt % 4 >= 2) {
        const view = await ensureCluster(cluster, provider, drive.folder, context);
        expect(view.nodes.map((node) => node.state)).toEqual(['ready']);
      }
      await destroyCluster(id, provider, {}, context);
      expect(await kit.footprint(context, id)).toEqual([]);
      return effects === undefined;
    });
    expect(moments).toBeGreaterThan(10);
  });

  it('can be destroyed or repaired after SIGKILL at every effect of repair, with all files', async () => {
    const moments = await atEveryMoment(async (crashAt) => {
      const { context, cluster, id, drive } = await setUp(subject);
      const view = await ensureCluster(cluster, provider, drive.folder, context);
      const [node] = view.nodes;
      if (!node) throw new Error('no node');
      const connection = await provider.connect(cluster.cluster, node, context);
      await connection.exec(['sh', '-c', 'echo work >kept']);
      await kit.kill(context, id, node.name);
      await eventually(async () =>
        (await observeCluster(id, provider, context)).phase === 'ready' ? undefined : true,
      );
      const effects = await driveCluster({ ...drive, action: 'create', crashAt });
      if (crashAt % 4 >= 2) {
        const repaired = await ensureCluster(cluster, provider, drive.folder, context);
        expect(repaired.nodes.map(({ state }) => state)).toEqual(['ready']);
        expect((await connection.exec(['cat', 'kept'])).stdout.toString()).toBe('work\n');
      }
      await destroyCluster(id, provider, {}, context);
      expect(await kit.footprint(context, id)).toEqual([]);
      return effects === undefined;
    });
    expect(moments).toBeGreaterThan(4);
  });

  it('can be destroyed again after SIGKILL at every effect of destruction', async () => {
    const moments = await atEveryMoment(async (crashAt) => {
      const { context, cluster, id, drive } = await setUp(subject);
      await ensureCluster(cluster, provider, drive.folder, context);
      const effects = await driveCluster({ ...drive, action: 'destroy', crashAt });
      const tagged = (await kit.footprint(context, id)).some((line) => kit.isTag(line));
      const listed = (await provider.list(context)).map((view) => view.cluster.id);
      expect(listed.filter((one) => one === id)).toEqual(tagged ? [id] : []);
      await destroyCluster(id, provider, {}, context);
      expect(await kit.footprint(context, id)).toEqual([]);
      return effects === undefined;
    });
    expect(moments).toBeGreaterThan(10);
  });
});
