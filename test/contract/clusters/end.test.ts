import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordListing } from '../../../repo2vc/src/clusters/bring-home.ts';
import { destroyCluster, observeCluster } from '../../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../../repo2vc/src/clusters/engine.ts';
import { renewCluster } from '../../../repo2vc/src/clusters/sweep.ts';
import { packTar } from '../../../repo2vc/src/io/tar.ts';
import { eventually } from '../../support/clusters.ts';
import { everyProvider, sweepable } from '../../support/every-provider.ts';

everyProvider(({ provider, kit, started }) => {
  it('ends by itself when its time is over, keeps its files for the sweep, and can be renewed before', async () => {
    const { context, cluster, id, folder, connect } = await started();
    const connection = await connect();
    await connection.put(packTar([]), 'work');
    await recordListing(connection, 'work');
    await connection.exec(['sh', '-c', 'echo mine >work/mine']);
    await connection.startJob('job', ['sleep', '1000']);
    const path = await connection.putSecret('token', 'x');
    const soon = new Date(Date.now() + 5_000).toISOString();
    expect((await renewCluster(id, soon, provider, context)).phase).toBe('ready');
    await eventually(async () =>
      (await observeCluster(id, provider, context)).phase === 'expired' ? true : undefined,
    );
    await eventually(async () => ((await kit.programs(context, id)).length > 0 ? undefined : true));
    expect((await connection.exec(['cat', path])).code).not.toBe(0);
    expect(await sweepable([id], { all: false }, provider, context)).toEqual([id]);
    await expect(renewCluster(id, soon, provider, context)).rejects.toMatchObject({
      code: 'cluster-expired',
    });
    await expect(
      ensureCluster(
        { ...cluster, goal: { ...cluster.goal, expiresAt: new Date().toISOString() } },
        provider,
        folder,
        context,
      ),
    ).rejects.toMatchObject({ code: 'cluster-expired' });
    await destroyCluster(id, provider, {}, context);
    expect(readFileSync(join(context.places.state, 'saved', id, 'work/mine'), 'utf8')).toBe('mine\n');
  });
});
