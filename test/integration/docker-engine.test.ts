import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { dockerProvider } from '../../repo2vc/src/clusters/providers/docker/index.ts';
import { packTar } from '../../repo2vc/src/io/tar.ts';
import { eventually } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';
import { dockerGoal } from '../support/docker-cluster.ts';
import { ask, call } from '../support/engine-api.mjs';
import { objectsOf } from '../support/engine-objects.mjs';
import { engineProxy } from '../support/engine-proxy.ts';
import { failureOf } from '../support/failures.ts';
import { listenUntilEnd } from '../support/fake-engine.ts';
import { engine } from '../support/images.ts';
import { everyTestNeeds, needs } from '../support/needs.ts';
import { nodeImage } from '../support/node-image.ts';
import { sshServer } from '../support/sshd.ts';

everyTestNeeds('docker');

const through = (host: string) => ({ environment: { ...process.env, DOCKER_HOST: host } });

it.each(['dieAt', 'dieAfter'] as const)('goes on where an engine died in mid-provision (%s)', async (how) => {
  const proxy = await engineProxy();
  const { context, id, ensure, observe } = await dockerGoal({ count: 2 }, through(proxy.host));
  proxy[how](/^POST .*\/containers\/[^/]+\/start/);
  const failure = await failureOf(ensure);
  expect(['engine-gone', 'no-engine']).toContain(failure.code);
  // Nobody is there to ask.
  expect((await failureOf(observe)).code).toMatch(/^(engine-gone|no-engine)$/);
  expect((await failureOf(() => dockerProvider.list(context))).code).toMatch(/^(engine-gone|no-engine)$/);
  expect((await failureOf(() => destroyCluster(id, dockerProvider, {}, context))).code).toMatch(
    /^(engine-gone|no-engine)$/,
  );
  proxy.live();
  expect((await ensure()).phase).toBe('ready');
  await destroyCluster(id, dockerProvider, {}, context);
  expect(await objectsOf(id)).toEqual([]);
});

it('makes a container anew that the engine takes back: it was being made when the one who asked for it died', async () => {
  const proxy = await engineProxy();
  const { id, host, ensure } = await dockerGoal({}, through(proxy.host));
  proxy.dieAt(/^POST .*\/containers\/[^/]+\/start/);
  await failureOf(ensure);
  proxy.live();
  proxy.before(/^PUT .*\/archive/, () => ask(host, 'DELETE', `/containers/repo2vc-${id}.node-1?force=1`));
  expect((await ensure()).phase).toBe('ready');
});

it('tells that an engine which died earlier is not there', async () => {
  const context = testContext(through('unix:///nowhere/docker.sock'));
  for (const ask of [dockerProvider.check, dockerProvider.list, dockerProvider.examine])
    expect((await failureOf(() => ask(context))).code).toBe('no-engine');
});

it('asks as often for many nodes as for one', async () => {
  const counts = [];
  for (const count of [1, 5]) {
    const proxy = await engineProxy();
    const { context, ensure, observe } = await dockerGoal({ count }, through(proxy.host));
    await ensure();
    const before = proxy.requests.length;
    await observe();
    await dockerProvider.list(context);
    counts.push(proxy.requests.length - before);
  }
  expect(counts).toEqual([8, 8]);
});

it.each(['container', 'network', 'volume'] as const)(
  'never touches a %s of somebody else with a name of ours',
  async (kind) => {
    const { id, host, ensure, destroy, observe } = await dockerGoal();
    const names = {
      container: `repo2vc-${id}.node-1`,
      network: `repo2vc-${id}`,
      volume: `repo2vc-${id}.node-1.home`,
    };
    const name = names[kind];
    onTestFinished(async () => {
      await call(host, 'DELETE', `/${kind}s/${name}?force=1`);
    });
    if (kind === 'network')
      await ask(host, 'POST', '/networks/create', {
        body: { Name: name, IPAM: { Config: [{ Subnet: '10.213.255.224/27' }] } },
      });
    else if (kind === 'volume') await ask(host, 'POST', '/volumes/create', { body: { Name: name } });
    else
      await ask(host, 'POST', `/containers/create?name=${name}`, {
        body: { Image: await nodeImage(), HostConfig: { NetworkMode: 'none' } },
      });
    const failure = await failureOf(ensure);
    expect([failure.code, failure.args]).toEqual(['foreign-object', { kind, name }]);
    await destroy();
    expect((await observe()).phase).toBe('absent');
    expect((await call(host, 'GET', `/${kind}s/${name}${kind === 'container' ? '/json' : ''}`)).status).toBe(
      200,
    );
  },
);

it('leaves a network that other people’s containers use, and says who', async () => {
  const { id, host, ensure, destroy } = await dockerGoal();
  await ensure();
  const name = `theirs-${id}`;
  onTestFinished(async () => {
    await call(host, 'DELETE', `/containers/${name}?force=1`);
  });
  const HostConfig = { NetworkMode: `repo2vc-${id}` };
  await ask(host, 'POST', `/containers/create?name=${name}`, {
    body: { Image: await nodeImage(), Cmd: ['sleep', '1000'], HostConfig },
  });
  await ask(host, 'POST', `/containers/${name}/start`);
  const failure = await failureOf(destroy);
  expect([failure.code, failure.args.containers]).toEqual(['network-in-use', [name]]);
  await ask(host, 'DELETE', `/containers/${name}?force=1`);
  await destroy();
  expect(await objectsOf(id)).toEqual([]);
});

it('tells that all addresses are used, and leaves nothing', async () => {
  const containers = async () => ({ subnets: ['10.213.254.0/27'] });
  const first = await dockerGoal({}, { containers });
  await first.ensure();
  const second = await dockerGoal({}, { containers });
  const failure = await failureOf(second.ensure);
  expect([failure.code, failure.hint]).toEqual(['no-subnet', expect.stringContaining('containers.subnets')]);
  expect(await objectsOf(second.id)).toEqual([]);
});

it('gives networks of their own to clusters that choose the same addresses at once', async () => {
  const changes = {
    random: (n: number) => 'z'.repeat(n),
    containers: async () => ({ subnets: ['10.213.253.0/25'] }),
  };
  const clusters = await Promise.all([1, 2, 3].map(() => dockerGoal({}, changes)));
  const views = await Promise.all(clusters.map(({ ensure }) => ensure()));
  expect(views.map(({ phase }) => phase)).toEqual(['ready', 'ready', 'ready']);
});

it('publishes its ports elsewhere when somebody has the address', async () => {
  // 127.77.x.y follows from chance, which the test decides.
  let chosen = 0;
  const random = (n: number) =>
    n === 3
      ? (['00a', '00b', '00c', '00d'][chosen++ % 4] ?? '')
      : Math.random().toString(36).slice(2).padEnd(n, '0').slice(0, n);
  const server = createServer();
  await listenUntilEnd(server, 8888, '127.77.10.12');
  const { ensure } = await dockerGoal({ ports: [8888] }, { random });
  const [node] = (await ensure()).nodes;
  expect(node).toMatchObject({
    state: 'ready',
    endpoints: [{ port: 8888, host: '127.77.12.14', hostPort: 8888 }],
  });
});

it('tells that the disk of a node is full', async () => {
  const { id, host, ensure, connect } = await dockerGoal();
  await ensure();
  // The same home, on a small disk.
  const { Labels } = (await ask(host, 'GET', `/volumes/repo2vc-${id}.node-1.home`)) as { Labels: object };
  await ask(host, 'DELETE', `/containers/repo2vc-${id}.node-1?force=1`);
  await ask(host, 'DELETE', `/volumes/repo2vc-${id}.node-1.home`);
  const DriverOpts = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,uid=1000,gid=1000' };
  await ask(host, 'POST', '/volumes/create', {
    body: { Name: `repo2vc-${id}.node-1.home`, Labels, DriverOpts },
  });
  await ensure();
  const connection = await connect();
  const big = packTar([{ from: process.execPath, path: 'big' }]);
  expect((await failureOf(() => connection.put(big, 'data'))).code).toBe('disk-full');
  expect((await connection.exec(['sh', '-c', 'cat /dev/zero >full'])).code).toBe(1);
  expect((await failureOf(() => connection.startJob('a', ['true']))).code).toMatch(/disk-full|job-failed/);
});

it('does everything through an engine of another computer, and leads to its ports', async () => {
  const proxy = await engineProxy('tcp');
  const { ensure, connect, destroy, id } = await dockerGoal({ ports: [8888] }, through(proxy.host));
  expect((await ensure()).phase).toBe('ready');
  const connection = await connect();
  await connection.startJob('a', ['echo', 'done']);
  await connection.put(packTar([{ from: import.meta.filename, path: 'file' }]), 'data');
  expect((await connection.exec(['cat'], { input: 'both ways', cwd: 'data' })).stdout.toString()).toBe(
    'both ways',
  );
  const bind = await connection.listen();
  const { host, port, forwarded } = await connection.endpoint(bind.port);
  expect([host.startsWith('127.77.'), port, forwarded]).toEqual([true, 8888, true]);
  const again = await connection.endpoint(bind.port);
  expect(again).toEqual({ host, port, forwarded });
  const web = ['python3', '-m', 'http.server', '--bind', bind.address, String(bind.port)];
  await connection.startJob('web', web, { cwd: 'data' });
  const text = await eventually(() =>
    // ends by itself: whoever is hung up on before the server is there waits for ever
    fetch(`http://${host}:${port}/file`, { signal: AbortSignal.timeout(1_000) }).then(
      (answer) => answer.text(),
      () => undefined,
    ),
  );
  expect(text).toBe(readFileSync(import.meta.filename, 'utf8'));
  await destroy();
  expect(await objectsOf(id)).toEqual([]);
});

it.skipIf(!needs.sshd || !needs.root)('does the same by ssh, as a person has it set up', async () => {
  const { bin } = await sshServer();
  const DOCKER_HOST = `ssh://lab${(await engine()).slice('unix://'.length)}`;
  const environment = { ...process.env, DOCKER_HOST, PATH: `${bin}:${process.env.PATH}` };
  const { ensure, connect, destroy, id } = await dockerGoal({ count: 2 }, { environment });
  expect((await ensure()).phase).toBe('ready');
  const connection = await connect();
  const told = await connection.exec(['cat'], { input: 'both ways' });
  expect(told.stdout.toString()).toBe('both ways');
  await destroy();
  expect(await objectsOf(id)).toEqual([]);
});

it('says of the engine what a person needs to know', async () => {
  const { context } = await dockerGoal();
  expect(await dockerProvider.check(context)).toEqual({
    limits: 'enforced',
    expiry: 'enforced',
    isolation: 'container',
  });
  const findings = await dockerProvider.examine(context);
  const topics = findings.map(({ topic }) => topic);
  expect(topics).toEqual(['engine', 'engine-limits', 'engine-disk', 'engine-networks']);
  expect(findings[0]?.args).toMatchObject({ engine: 'Docker', rootless: false, local: true });
  const none = { ...context, containers: async () => ({ subnets: ['0.0.0.0/31'] }) };
  expect((await dockerProvider.examine(none)).at(-1)).toMatchObject({ state: 'problem', code: 'no-subnet' });
});
