import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordListing } from '../../repo2vc/src/clusters/bring-home.ts';
import { dockerProvider } from '../../repo2vc/src/clusters/providers/docker/index.ts';
import { renewCluster } from '../../repo2vc/src/clusters/sweep.ts';
import { packTar } from '../../repo2vc/src/io/tar.ts';
import {
  destroyCluster as destroyById,
  renewCluster as renewById,
} from '../../repo2vc/src/pipeline/clusters.ts';
import { eventually } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';
import { dockerGoal, inspectNode } from '../support/docker-cluster.ts';
import { ask } from '../support/engine-api.mjs';
import { objectsOf } from '../support/engine-objects.mjs';
import { failureOf } from '../support/failures.ts';
import { everyTestNeeds } from '../support/needs.ts';
import { nodeEnvironment } from '../support/node-image.ts';

everyTestNeeds('docker');

it('tells that memory ran out, though the engine does not call the container killed', async () => {
  const { id, ensure, observe, connect } = await dockerGoal({ memoryMiB: 64 });
  await ensure();
  const connection = await connect();
  const eat = await connection.exec(['python3', '-c', 'x = bytearray(500 * 1024 ** 2)']);
  expect(eat.code).toBe(137);
  const told = await eventually(async () => {
    const [node] = (await observe()).nodes;
    return node?.reason ? node : undefined;
  });
  expect(told).toMatchObject({ state: 'ready', reason: { code: 'out-of-memory' } });
  expect((await inspectNode(id)).State.OOMKilled).toBe(false);
  expect((await connection.exec(['true'])).code).toBe(0);
});

it('holds nodes to their limits, without any privilege', async () => {
  const { id, ensure, connect } = await dockerGoal({ memoryMiB: 64 });
  await ensure();
  const { HostConfig } = await inspectNode(id);
  expect(HostConfig).toMatchObject({
    ...{ Memory: 64 * 1024 ** 2, MemorySwap: 64 * 1024 ** 2, Privileged: false, CapDrop: ['ALL'] },
    SecurityOpt: ['no-new-privileges'],
  });
  const connection = await connect();
  const status = await connection.exec(['cat', '/proc/self/status']);
  expect(status.stdout.toString()).toMatch(/CapEff:\s+0000000000000000$/m);
  expect(status.stdout.toString()).toMatch(/NoNewPrivs:\s+1$/m);
  const lease = await connection.exec([
    'sh',
    '-c',
    'id -u; echo 0 >/.repo2vc/lease; kill -9 1; ls /run/docker.sock',
  ]);
  expect([lease.code, lease.stdout.toString()]).toEqual([2, '1000\n']);
});

it('lets a node that was paused go on as if nothing had been', async () => {
  const { id, host, ensure, observe, connect } = await dockerGoal();
  await ensure();
  const connection = await connect();
  await connection.startJob('job', ['sleep', '1000']);
  await connection.exec(['sh', '-c', 'echo work >kept']);
  const before = await inspectNode(id);
  await ask(host, 'POST', `/containers/repo2vc-${id}.node-1/pause`);
  const [node] = (await observe()).nodes;
  expect(node).toMatchObject({ state: 'lost', reason: { code: 'container-paused' } });
  // Its files can be read meanwhile.
  expect((await connection.exec(['cat', 'kept'])).stdout.toString()).toBe('work\n');
  expect((await ensure()).phase).toBe('ready');
  expect((await inspectNode(id)).Id).toBe(before.Id);
  expect(await connection.job('job')).toEqual({ state: 'running' });
});

it('connects a node to its network again, by the same name, and its ports answer', async () => {
  const { id, host, ensure, observe, connect } = await dockerGoal({ count: 2, ports: [8888] });
  await ensure();
  const name = `repo2vc-${id}`;
  await ask(host, 'POST', `/networks/${name}/disconnect`, { body: { Container: `${name}.node-1` } });
  const seen = await observe();
  expect([seen.phase, seen.nodes[0]?.reason?.code]).toEqual(['degraded', 'disconnected']);
  const repaired = await ensure();
  expect(repaired.phase).toBe('ready');
  const other = await connect('node-2');
  const address = String(repaired.nodes[0]?.address);
  expect((await other.exec(['getent', 'hosts', address])).code).toBe(0);
  const connection = await connect('node-1');
  const bind = await connection.listen();
  await connection.startJob('web', [
    'python3',
    '-m',
    'http.server',
    '--bind',
    bind.address,
    String(bind.port),
  ]);
  const { host: at, port } = await connection.endpoint(bind.port);
  expect(at).toMatch(/^127\.77\./);
  const answers = () =>
    fetch(`http://${at}:${port}/`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ status }) => status,
      () => undefined,
    );
  expect(await eventually(answers)).toBe(200);
});

it('makes a node anew around its files when somebody removed its container', async () => {
  const { id, host, ensure, observe, connect } = await dockerGoal();
  await ensure();
  await (await connect()).exec(['sh', '-c', 'echo work >kept']);
  await ask(host, 'DELETE', `/containers/repo2vc-${id}.node-1?force=1`);
  expect((await observe()).nodes[0]).toMatchObject({ state: 'lost', reason: { code: 'container-removed' } });
  expect((await (await connect()).exec(['cat', 'kept'])).stdout.toString()).toBe('work\n');
  expect((await failureOf(async () => (await connect()).startJob('a', ['true']))).code).toBe('node-lost');
  expect((await ensure()).phase).toBe('ready');
  expect((await (await connect()).exec(['cat', 'kept'])).stdout.toString()).toBe('work\n');
});

it('brings home what lies on a node without a container, and leaves nothing', async () => {
  const { context, id, host, ensure, connect, destroy } = await dockerGoal();
  await ensure();
  const connection = await connect();
  await connection.put(packTar([]), 'work');
  await recordListing(connection, 'work');
  await connection.exec(['sh', '-c', 'echo mine >work/mine']);
  await ask(host, 'DELETE', `/containers/repo2vc-${id}.node-1?force=1`);
  await destroy();
  expect(readFileSync(join(context.places.state, 'saved', id, 'work/mine'), 'utf8')).toBe('mine\n');
  expect(await objectsOf(id)).toEqual([]);
});

it('is renewed, brought home and ended from another computer, by its id alone', async () => {
  const { id, context, ensure, connect } = await dockerGoal();
  await ensure();
  const connection = await connect();
  await connection.put(packTar([]), 'work');
  await recordListing(connection, 'work');
  await connection.exec(['sh', '-c', 'echo mine >work/mine']);
  const { environment } = context;
  const elsewhere = testContext({ environment, owner: 'tester@there' });
  const { expiresAt = '' } = await renewById(id, '2099-01-01T00:00:00.000Z', elsewhere);
  expect(expiresAt).toBe('2099-01-01T00:00:00.000Z');
  expect(await destroyById(id, {}, elsewhere)).toEqual({ existed: true });
  expect(readFileSync(join(elsewhere.places.state, 'saved', id, 'work/mine'), 'utf8')).toBe('mine\n');
  expect(await objectsOf(id)).toEqual([]);
});

it('ends all programs of a node that is stopped; its files can still be read', async () => {
  const { context, cluster, ensure, connect } = await dockerGoal();
  const { nodes } = await ensure();
  const connection = await connect();
  await connection.exec(['sh', '-c', 'echo work >kept']);
  await connection.startJob('job', ['sh', '-c', 'env -i setsid sleep 1000 & sleep 1000']);
  await dockerProvider.stop(cluster.cluster, nodes, context);
  const left = await connection.exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "; cat kept']);
  expect(left.stdout.toString()).not.toContain('sleep 1000');
  expect(left.stdout.toString()).toContain('work\n');
});

it('repairs a renewed cluster without cutting it short', async () => {
  const { context, id, host, ensure, observe, connect } = await dockerGoal({ minutes: 1 });
  await ensure();
  const later = new Date(Date.now() + 3600_000).toISOString();
  await renewCluster(id, later, dockerProvider, context);
  await ask(host, 'DELETE', `/containers/repo2vc-${id}.node-1?force=1`);
  await ensure();
  expect((await observe()).expiresAt).toBe(new Date(Math.floor(Date.parse(later))).toISOString());
  const lease = await (await connect()).exec([
    'sh',
    '-c',
    'cat /.repo2vc/lease; tr "\\0" " " </proc/1/cmdline',
  ]);
  expect(lease.stdout.toString()).toContain(String(Math.floor(Date.parse(later) / 1000)));
});

it('tells that the image of a node is gone', async () => {
  const environment = await nodeEnvironment(`sha256:${'0'.repeat(64)}`);
  const { id, ensure } = await dockerGoal({ environment });
  const failure = await failureOf(ensure);
  expect([failure.code, failure.hint]).toEqual(['image-missing', expect.stringContaining(id)]);
});

it('ends a program whose time is over, and all that it started', async () => {
  const { ensure, connect } = await dockerGoal();
  await ensure();
  const connection = await connect();
  const late = await connection.exec(['sh', '-c', 'setsid sleep 1001 & sleep 1002'], { timeoutMs: 300 });
  expect([late.timedOut, late.code]).toEqual([true, 137]);
  const left = await connection.exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "']);
  expect(left.stdout.toString()).not.toMatch(/sleep 100[12]/);
});
