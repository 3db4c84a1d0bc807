import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { recordListing } from '../../repo2vc/src/clusters/bring-home.ts';
import { destroyCluster, observeCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { makeFolder, removeVolatile } from '../../repo2vc/src/clusters/providers/process/folder.ts';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import { placeOf, volatileRoot } from '../../repo2vc/src/clusters/providers/process/places.ts';
import { isFailure } from '../../repo2vc/src/failure.ts';
import { startTimeOf } from '../../repo2vc/src/io/lock.ts';
import type { ClusterId, ProcessNodeTag } from '../../repo2vc/src/model/index.ts';
import { eventually, footprint, supervisorPid, testCluster, testId } from '../support/clusters.ts';
import { realClock, testContext } from '../support/context.ts';
import { everyTestNeeds } from '../support/needs.ts';
import { processesOf, started } from '../support/process-node.ts';

everyTestNeeds('pip');

it('brings home and removes a cluster in whose folder somebody put something, which stays and is told', async () => {
  const { context, id, connection, nodeFolder, shell } = await started();
  const cluster = dirname(nodeFolder);
  await shell('mkdir work');
  await recordListing(connection, 'work');
  await shell('echo mine >work/mine');
  writeFileSync(join(cluster, 'notes.txt'), 'of a person');
  mkdirSync(join(cluster, 'node-9'));
  writeFileSync(join(cluster, 'node-9', 'notes.txt'), 'of a person');
  const seen = await observeCluster(id, processProvider, context);
  expect([seen.phase, seen.nodes.map((node) => node.name)]).toEqual(['ready', ['node-1']]);
  expect((await processProvider.list(context)).map((view) => view.cluster.id)).toEqual([id]);
  await destroyCluster(id, processProvider, {}, context);
  expect(context.events).toContainEqual(
    expect.objectContaining({ code: 'work-saved', args: expect.objectContaining({ files: 1 }) }),
  );
  expect(context.events).toContainEqual({
    code: 'warning',
    args: { warning: 'foreign-files', message: expect.stringContaining(cluster) },
  });
  expect(readdirSync(cluster, { recursive: true }).sort()).toEqual([
    'node-9',
    'node-9/notes.txt',
    'notes.txt',
  ]);
  expect((await observeCluster(id, processProvider, context)).phase).toBe('absent');
  rmSync(cluster, { recursive: true });
  expect(footprint(context.places, id)).toEqual([]);
});

it('makes nothing where a node was removed meanwhile', async () => {
  const { context, cluster, id, connection } = await started();
  await destroyCluster(id, processProvider, {}, context);
  const lost = { code: 'node-lost', hint: `Make it anew and go on with: repo2vc runs resume ${id}` };
  await expect(connection.startJob('job', ['true'])).rejects.toMatchObject(lost);
  await expect(connection.putSecret('token', 'x')).rejects.toMatchObject(lost);
  const later = new Date(Date.now() + 9 * 3_600_000).toISOString();
  await processProvider.renew(cluster.cluster, later, context);
  expect(footprint(context.places, id)).toEqual([]);
});

it('says why a program could not even be started', async () => {
  const { connection, shell } = await started();
  await expect(connection.exec(['true', 'x'.repeat(200_000)])).rejects.toMatchObject({
    code: 'arguments-too-long',
    hint: expect.stringContaining('128 KiB'),
  });
  expect(await shell('echo up')).toBe('up');
});

it('says that a job could not be ended', async () => {
  const clock = { ...realClock, sleep: (_ms: number, signal?: AbortSignal) => realClock.sleep(0, signal) };
  const { context, connection, nodeFolder } = await started();
  const impatient = await processProvider.connect(
    (await processProvider.list(context))[0]?.cluster as ClusterId,
    { name: 'node-1', role: 'node', state: 'ready', ref: nodeFolder },
    { ...context, clock },
  );
  mkdirSync(join(nodeFolder, 'jobs', 'stuck'));
  const self = `${process.pid} ${await startTimeOf(process.pid)}\n`; // runs, and carries no mark
  writeFileSync(join(nodeFolder, 'jobs', 'stuck', 'keeper'), self);
  expect(await connection.job('stuck')).toEqual({ state: 'running' });
  await expect(impatient.stopJob('stuck')).rejects.toMatchObject({
    code: 'processes-remain',
    retryable: true,
  });
});

it.each(['remove', 'replace', 'ensure'] as const)(
  'changes nothing of a node once it is told to stop (%s)',
  async (kind) => {
    const { context, cluster, id, nodeFolder } = await started();
    process.kill(supervisorPid(context.places, id), 'SIGKILL');
    await eventually(() => (processesOf(context, id).length === 0 ? true : undefined));
    const before = footprint(context.places, id);
    const step = { key: 'node', kind, node: 'node-1', after: [], why: 'test', deadlineMs: 1 };
    const stopped = { ...context, signal: AbortSignal.abort() };
    await expect(processProvider.perform(step, cluster.goal, cluster.cluster, stopped)).rejects.toThrow();
    expect(existsSync(join(nodeFolder, 'tag.json'))).toBe(true);
    expect(footprint(context.places, id)).toEqual(before);
  },
);

it('makes a node, or says that it can be tried again, while the end of others removes what is empty', async () => {
  const context = testContext();
  const { cluster, goal } = testCluster(testId());
  const tag = { cluster, node: 'node-1', isolation: 'none' } as ProcessNodeTag;
  let going = true;
  const removing = (async () => {
    while (going) {
      try {
        rmdirSync(volatileRoot());
      } catch {
        // not there, or something is in it
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  try {
    for (let round = 0; round < 300; round++) {
      const place = placeOf(context.places, cluster.id, 'node-1');
      const error = await makeFolder(place, tag, goal.expiresAt, context).catch((thrown: unknown) => thrown);
      if (error !== undefined) {
        expect(isFailure(error) ? [error.code, error.retryable] : error).toEqual(['folder-removed', true]);
      }
      await removeVolatile(cluster.id);
    }
  } finally {
    going = false;
    await removing;
  }
});
