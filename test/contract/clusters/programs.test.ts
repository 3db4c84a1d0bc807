import { join } from 'node:path';
import { expect, it } from 'vitest';
import { observeCluster } from '../../../repo2vc/src/clusters/destroy.ts';
import { eventually } from '../../support/clusters.ts';
import { testContext } from '../../support/context.ts';
import { driveCluster } from '../../support/drive-clusters.ts';
import { everyProvider } from '../../support/every-provider.ts';

everyProvider(({ provider, goal, started }) => {
  it('gives exit codes, both streams, input, deadlines and cut output as they are', async () => {
    const { connect } = await started();
    const connection = await connect();
    const code = async (...argv: string[]) => (await connection.exec(argv)).code;
    expect([
      await code('true'),
      await code('sh', '-c', 'exit 7'),
      await code('sh', '-c', 'kill -9 $$'),
    ]).toEqual([0, 7, 137]);
    expect(await code('no-such-program')).not.toBe(0);
    const both = await connection.exec(['sh', '-c', 'cat; echo no >&2'], { input: 'yes\n' });
    expect([both.stdout.toString(), both.stderr.toString()]).toEqual(['yes\n', 'no\n']);
    const late = await connection.exec(['sleep', '1000'], { timeoutMs: 300 });
    expect(late.timedOut).toBe(true);
    const long = await connection.exec(['sh', '-c', 'head -c 1000000 /dev/zero'], { maxBytes: 1000 });
    expect([long.stdout.length, long.truncated]).toEqual([1000, true]);
    const inside = await connection.exec(['sh', '-c', 'pwd; echo "$A"'], { cwd: '.', env: { A: 'a b' } });
    expect(inside.stdout.toString()).toBe(`${connection.home}\na b\n`);
  });

  it('starts a job once, tells how it ended and what it printed, and stops one', async () => {
    const { connect } = await started();
    const connection = await connect();
    expect(await connection.job('a')).toEqual({ state: 'absent' });
    await Promise.all(
      [1, 2, 3].map(() => connection.startJob('a', ['sh', '-c', 'echo started; sleep 1; exit 7'])),
    );
    await connection.startJob('a', ['sh', '-c', 'echo started; sleep 1; exit 7']);
    expect(
      await eventually(async () => ((await connection.job('a')).state === 'ended' ? true : undefined)),
    ).toBe(true);
    expect(await connection.job('a')).toEqual({ state: 'ended', code: 7 });
    expect(await connection.jobLog('a')).toBe('started\n');
    await connection.startJob('b', ['sh', '-c', 'sleep 1000 & sleep 1000']);
    await connection.stopJob('b');
    expect(await connection.job('b')).toMatchObject({ state: 'ended', code: 137 });
  });

  it('keeps a job when whoever started it is killed', async () => {
    const context = testContext();
    const cluster = await goal(context);
    const { id } = cluster.cluster;
    const drive = { cluster, places: context.places, folder: join(context.folder, 'run') };
    const job = ['sh', '-c', 'while [ ! -e stop ]; do sleep 0.1; done; echo stopped'];
    expect(await driveCluster({ ...drive, action: 'create', job, crashAtEnd: true })).toBeUndefined();
    const [node] = (await observeCluster(id, provider, context)).nodes;
    if (!node) throw new Error('no node');
    const connection = await provider.connect(cluster.cluster, node, context);
    expect(await connection.job('job')).toEqual({ state: 'running' });
    await connection.exec(['touch', 'stop']);
    await eventually(async () => ((await connection.job('job')).state === 'ended' ? true : undefined));
    expect([await connection.job('job'), await connection.jobLog('job')]).toEqual([
      { state: 'ended', code: 0 },
      'stopped\n',
    ]);
  });
});
