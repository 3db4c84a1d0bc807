import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { destroyCluster } from '../../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../../repo2vc/src/clusters/engine.ts';
import { clustersToSweep, renewCluster } from '../../../repo2vc/src/clusters/sweep.ts';
import type { ClusterProvider } from '../../../repo2vc/src/clusters/types.ts';
import type { Clock } from '../../../repo2vc/src/context.ts';
import { Failure } from '../../../repo2vc/src/failure.ts';
import type { Cluster } from '../../../repo2vc/src/model/index.ts';
import { paperEnvironment, testCluster } from '../../support/clusters.ts';
import { realClock, testContext } from '../../support/context.ts';
import {
  Crash,
  type Fault,
  type MemoryOptions,
  memoryProvider,
  newWorld,
  type World,
  wantedNames,
} from '../../support/memory-provider.ts';

const faults: readonly Fault[] = ['crash', 'lost-answer', 'retryable', 'deadline', 'cancel'];
/** No wait is longer than a few milliseconds, so a deadline that is met is met at once. */
const quickClock: Clock = { ...realClock, sleep: (ms, signal) => realClock.sleep(Math.min(ms, 15), signal) };

function setUp(count = 3) {
  const controller = new AbortController();
  const context = testContext({ clock: quickClock, signal: controller.signal });
  const cluster = testCluster('c-1', { count, environment: paperEnvironment() });
  const folder = join(context.folder, 'run');
  return { context, cluster, folder, cancel: () => controller.abort() };
}

function expectGoal(world: World, cluster: Cluster) {
  const nodes = world.clusters.get(cluster.cluster.id)?.nodes;
  expect([...(nodes?.keys() ?? [])].sort()).toEqual(wantedNames(cluster.goal));
  expect([...(nodes?.values() ?? [])].every((node) => node.state === 'ready')).toBe(true);
}

async function momentsOf(work: 'create' | 'destroy'): Promise<number> {
  const world = newWorld();
  const { context, cluster, folder } = setUp();
  const creating = memoryProvider(world);
  await ensureCluster(cluster, creating, folder, context);
  if (work === 'create') return creating.moments();
  const destroying = memoryProvider(world);
  await destroyCluster('c-1', destroying, {}, context);
  return destroying.moments();
}

/** What is thrown at the person when this happens, or undefined when the engine gets over it by itself. */
function expectOutcome(error: unknown, fault: Fault) {
  if (fault === 'crash') expect(error).toBeInstanceOf(Crash);
  else if (fault === 'cancel') expect(error).toMatchObject({ code: 'interrupted' });
  else expect(error).toBeUndefined();
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

for (const fault of faults) {
  it(`reaches the goal, or can be resumed or destroyed, after a ${fault} at every moment of creation`, async () => {
    const moments = await momentsOf('create');
    expect(moments).toBe(6);
    for (let moment = 0; moment < moments; moment++) {
      const world = newWorld();
      const { context, cluster, folder, cancel } = setUp();
      const provider = memoryProvider(world, { faults: new Map([[moment, fault]]), cancel });
      expectOutcome(await failureOf(ensureCluster(cluster, provider, folder, context)), fault);
      expect(JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8'))).toEqual(cluster);
      const later = { ...context, signal: new AbortController().signal };
      if (moment % 2 === 0) {
        await ensureCluster(cluster, memoryProvider(world), folder, later);
        expectGoal(world, cluster);
      }
      await destroyCluster('c-1', memoryProvider(world), {}, later);
      expect(world.clusters.size).toBe(0);
    }
  });

  it(`leaves nothing, or can be destroyed again, after a ${fault} at every moment of destruction`, async () => {
    const moments = await momentsOf('destroy');
    expect(moments).toBe(4);
    for (let moment = 0; moment < moments; moment++) {
      const world = newWorld();
      const { context, cluster, folder, cancel } = setUp();
      await ensureCluster(cluster, memoryProvider(world), folder, context);
      const provider = memoryProvider(world, { faults: new Map([[moment, fault]]), cancel });
      const error = await failureOf(destroyCluster('c-1', provider, {}, context));
      expectOutcome(error, fault);
      if (error === undefined) expect(world.clusters.size).toBe(0);
      const later = { ...context, signal: new AbortController().signal };
      await destroyCluster('c-1', memoryProvider(world), {}, later);
      expect(world.clusters.size).toBe(0);
    }
  });
}

it('changes nothing when the goal is reached already', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp();
  await ensureCluster(cluster, memoryProvider(world), folder, context);
  const calls = world.calls.length;
  await ensureCluster(cluster, memoryProvider(world), folder, context);
  expect(world.calls).toHaveLength(calls);
});

it('says of each node why it is not ready, after a few tries', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp(2);
  const provider = memoryProvider(world, { sick: { 'node-2': 'out-of-memory' } });
  await expect(ensureCluster(cluster, provider, folder, context)).rejects.toMatchObject({
    code: 'cluster-not-ready',
    args: { nodes: ['node-2 lost (out-of-memory)'] },
  });
  expect(world.calls.filter((call) => call === 'ensure node-2').length).toBeGreaterThan(1);
  expect(world.calls.filter((call) => call === 'ensure node-1')).toHaveLength(1);
});

it('gives up a node that never answers', async () => {
  const { context, cluster, folder } = setUp(1);
  const never = new Map(Array.from({ length: 20 }, (_, moment) => [moment, 'deadline' as const]));
  const provider = memoryProvider(newWorld(), { faults: never });
  await expect(ensureCluster(cluster, provider, folder, context)).rejects.toMatchObject({
    code: 'cluster-not-ready',
    message: expect.stringContaining('node-1 was not done after 60 seconds'),
    retryable: true,
    cause: { code: 'step-deadline' },
  });
});

it.each(['cancel', 'deadline'])('waits for a step that goes on a little after a %s', async (how) => {
  const world = newWorld();
  const { context, cluster, folder, cancel } = setUp(1);
  const sleep: Clock['sleep'] = (ms, signal) =>
    realClock.sleep(ms === 60_000 && how === 'deadline' ? 0 : ms, signal);
  let going = 0;
  const slow: ClusterProvider = {
    ...memoryProvider(world),
    perform: async (_step, _goal, _cluster, { signal }) => {
      expect(going).toBe(0);
      going++;
      if (how === 'cancel') cancel();
      else await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await realClock.sleep(20);
      going--;
    },
  };
  const clock = { ...realClock, sleep };
  const code = how === 'cancel' ? 'interrupted' : 'cluster-not-ready';
  await expect(ensureCluster(cluster, slow, folder, { ...context, clock })).rejects.toMatchObject({ code });
  expect(going).toBe(0);
});

it('throws what cannot pass at once, without a second try', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp(1);
  const refuse = new Failure('disk-full', 'Full.');
  await expect(ensureCluster(cluster, memoryProvider(world, { refuse }), folder, context)).rejects.toBe(
    refuse,
  );
  expect(world.calls).toEqual(['ensure node-1']);
});

it('refuses to make what would have ended before it began', async () => {
  const { context, folder } = setUp();
  const cluster = testCluster('c-1', { minutes: -1, environment: paperEnvironment() });
  const world = newWorld();
  await expect(ensureCluster(cluster, memoryProvider(world), folder, context)).rejects.toMatchObject({
    code: 'cluster-expired',
  });
  expect(world.calls).toEqual([]);
});

it('notes every step before it is done and after', async () => {
  const { context, cluster, folder } = setUp(1);
  const world = newWorld();
  await ensureCluster(
    cluster,
    memoryProvider(world, { faults: new Map([[0, 'retryable']]) }),
    folder,
    context,
  );
  const lines = readFileSync(join(folder, 'journal.ndjson'), 'utf8').trim().split('\n');
  const phases = lines.map((line) => JSON.parse(line)).map(({ phase, step, code }) => [phase, step, code]);
  expect(phases).toEqual([
    ['intent', 'node-1', undefined],
    ['failed', 'node-1', 'busy'],
    ['intent', 'node-1', undefined],
    ['done', 'node-1', undefined],
  ]);
});

it('stops the programs of a node and saves its work before the node is made anew', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp(1);
  await ensureCluster(cluster, memoryProvider(world), folder, context);
  const changed = testCluster('c-1', { environment: paperEnvironment('f') });
  world.calls.length = 0;
  await ensureCluster(changed, memoryProvider(world), folder, context);
  expect(world.calls).toEqual(['stop node-1', 'replace node-1']);
});

it('removes nothing when the work on it cannot be brought home, unless told to discard it', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp(1);
  await ensureCluster(cluster, memoryProvider(world), folder, context);
  const broken: MemoryOptions = {
    exec: () => ({
      ...{ code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from('no'), truncated: false, timedOut: false },
    }),
  };
  await expect(destroyCluster('c-1', memoryProvider(world, broken), {}, context)).rejects.toMatchObject({
    code: 'work-not-saved',
    hint: expect.stringContaining('--discard'),
  });
  expectGoal(world, cluster);
  await destroyCluster('c-1', memoryProvider(world, broken), { discard: true }, context);
  expect(world.clusters.size).toBe(0);
});

it('renews what runs; what has ended or was never there is refused', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp(1);
  const provider = memoryProvider(world);
  await ensureCluster(cluster, provider, folder, context);
  const later = new Date(Date.now() + 9 * 3_600_000).toISOString();
  expect((await renewCluster('c-1', later, provider, context)).expiresAt).toBe(later);
  await expect(renewCluster('c-2', later, provider, context)).rejects.toMatchObject({
    code: 'unknown-cluster',
  });
  const entry = world.clusters.get('c-1');
  if (entry) entry.expiresAt = '2020-01-01T00:00:00Z';
  await expect(renewCluster('c-1', later, provider, context)).rejects.toMatchObject({
    code: 'cluster-expired',
  });
});

it('sweeps what this owner has and is over; with all, what is not over too; never what others have', async () => {
  const world = newWorld();
  const { context, folder } = setUp(1);
  const make = async (id: string, owner: string, expired: boolean) => {
    const cluster = testCluster(id, { owner, environment: paperEnvironment() });
    await ensureCluster(cluster, memoryProvider(world), join(folder, id), context);
    const entry = world.clusters.get(id);
    if (entry && expired) entry.expiresAt = '2020-01-01T00:00:00Z';
  };
  await make('mine', 'tester@here', false);
  await make('mine-over', 'tester@here', true);
  await make('others', 'other@here', false);
  await make('others-over', 'other@here', true);
  const ids = async (all: boolean) =>
    (await clustersToSweep([memoryProvider(world)], { all }, context)).views.map((view) => view.cluster.id);
  expect(await ids(false)).toEqual(['mine-over']);
  expect(await ids(true)).toEqual(['mine', 'mine-over']);
});

it('says what is still there when it cannot be removed, and how to try again', async () => {
  const world = newWorld();
  const { context, cluster, folder } = setUp(1);
  await ensureCluster(cluster, memoryProvider(world), folder, context);
  const busy = new Map(Array.from({ length: 20 }, (_, moment) => [moment, 'retryable' as const]));
  await expect(
    destroyCluster('c-1', memoryProvider(world, { faults: busy }), {}, context),
  ).rejects.toMatchObject({
    code: 'cluster-not-removed',
    hint: 'Try again with: repo2vc clusters destroy c-1',
    retryable: true,
    args: { left: ['node-1'] },
  });
});
