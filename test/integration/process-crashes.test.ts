import { join } from 'node:path';
import { expect, it } from 'vitest';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import { footprint, testCluster, testId } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';
import { driveCluster } from '../support/drive-clusters.ts';
import { everyTestNeeds } from '../support/needs.ts';

everyTestNeeds('pip');

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

function setUp() {
  const context = testContext();
  const cluster = testCluster(testId());
  const { id } = cluster.cluster;
  const drive = { cluster, places: context.places, folder: join(context.folder, 'run') };
  return { context, cluster, id, drive };
}

it('can be destroyed or resumed after SIGKILL before every effect of creation', async () => {
  const moments = await atEveryMoment(async (crashAt) => {
    const { context, cluster, id, drive } = setUp();
    const effects = await driveCluster({ ...drive, action: 'create', crashAt });
    if (crashAt % 2 === 1) {
      const view = await ensureCluster(cluster, processProvider, drive.folder, context);
      expect(view.nodes.map((node) => node.state)).toEqual(['ready']);
    }
    await destroyCluster(id, processProvider, {}, context);
    expect(footprint(context.places, id)).toEqual([]);
    return effects === undefined;
  });
  expect(moments).toBeGreaterThan(20);
});

it('can be destroyed again after SIGKILL before every effect of destruction', async () => {
  const moments = await atEveryMoment(async (crashAt) => {
    const { context, cluster, id, drive } = setUp();
    await ensureCluster(cluster, processProvider, drive.folder, context);
    const effects = await driveCluster({ ...drive, action: 'destroy', crashAt });
    const left = footprint(context.places, id).some((thing) => thing.startsWith('node file'));
    expect((await processProvider.list(context)).map((view) => view.cluster.id)).toEqual(left ? [id] : []);
    await destroyCluster(id, processProvider, {}, context);
    expect(footprint(context.places, id)).toEqual([]);
    return effects === undefined;
  });
  expect(moments).toBeGreaterThan(10);
});
