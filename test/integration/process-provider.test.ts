import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { recordListing } from '../../repo2vc/src/clusters/bring-home.ts';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import { packTar, unpackTar } from '../../repo2vc/src/io/tar.ts';
import { testCluster, testId } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';

it('makes a node, runs programs on it, keeps a job, moves files, saves work, and leaves nothing', async () => {
  const context = testContext();
  const cluster = testCluster(testId());
  const view = await ensureCluster(cluster, processProvider, join(context.folder, 'run'), context);
  expect(view.phase).toBe('ready');
  const [node] = view.nodes;
  if (!node) throw new Error('no node');
  const connection = await processProvider.connect(cluster.cluster, node, context);
  const said = await connection.exec([
    'sh',
    '-c',
    'id; pwd; env; ls /; cat /etc/passwd; ls -la . /run /root',
  ]);
  expect(said.code).toBe(0);
  const python = await connection.exec(['python', '-c', 'import sys; print(sys.prefix)']);
  expect(python.stdout.toString().trim()).toBe(cluster.goal.groups[0]?.environment.prefix);
  await connection.startJob('hello', ['sh', '-c', 'echo hello; sleep 1; exit 7']);
  expect(await connection.job('hello')).toEqual({ state: 'running' });
  mkdirSync(join(context.folder, 'x'));
  writeFileSync(join(context.folder, 'x/a.txt'), 'a');
  writeFileSync(join(context.folder, 'x/b.txt'), '');
  await connection.put(
    packTar([
      { from: join(context.folder, 'x/a.txt'), path: 'a.txt' },
      { from: join(context.folder, 'x/b.txt'), path: 'sub/b.txt' },
    ]),
    'work',
  );
  await recordListing(connection, 'work');
  const write = await connection.exec(['sh', '-c', 'echo new >sub/b.txt; echo c >c.txt; touch a.txt'], {
    cwd: 'work',
  });
  expect(write.code).toBe(0);
  await new Promise((r) => setTimeout(r, 1500));
  expect(await connection.job('hello')).toEqual({ state: 'ended', code: 7 });
  expect(await connection.jobLog('hello')).toBe('hello\n');
  const got = await unpackTar(
    Readable.from(await connection.get('work', ['a.txt', 'gone'])),
    join(context.folder, 'got'),
    { maxBytes: 10, maxFiles: 2, source: 'x' },
  );
  expect(got).toEqual(['a.txt']);
  expect(await destroyCluster(cluster.cluster.id, processProvider, {}, context)).toEqual({
    nodes: 1,
    saved: 2,
  });
  expect(
    readFileSync(join(context.places.state, 'saved', cluster.cluster.id, 'work/sub/b.txt'), 'utf8'),
  ).toBe('new\n');
  expect((await processProvider.observe(cluster.cluster, context)).phase).toBe('absent');
});
