import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recordListing } from '../../repo2vc/src/clusters/bring-home.ts';
import { destroyCluster, observeCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { clusterProviders } from '../../repo2vc/src/clusters/registry.ts';
import { clustersToSweep, renewCluster } from '../../repo2vc/src/clusters/sweep.ts';
import type { ClusterProvider } from '../../repo2vc/src/clusters/types.ts';
import { packTar, unpackTar } from '../../repo2vc/src/io/tar.ts';
import { eventually, footprint, supervisorPid, testCluster, testId } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';
import { driveCluster } from '../support/drive-clusters.ts';
import { everyTestNeeds } from '../support/needs.ts';

everyTestNeeds('pip');

/** What only a provider's own means can do: make a node die, and list all that there is of a cluster. */
const kits: Readonly<Record<string, { kill: (state: string, cluster: string) => void }>> = {
  process: {
    kill: (state, cluster) =>
      process.kill(supervisorPid({ state, cache: '', config: '' }, cluster), 'SIGKILL'),
  },
};

type Options = Parameters<typeof testCluster>[1];

/** A cluster that is there, in places of its own; whatever happens, it is gone after the test. */
async function started(provider: ClusterProvider, options: Options = {}) {
  const context = testContext();
  const cluster = { ...testCluster(testId(), options), provider: provider.id };
  const { id } = cluster.cluster;
  const folder = join(context.folder, 'run');
  onTestFinished(async () => {
    await destroyCluster(id, provider, { discard: true }, context);
  });
  const view = await ensureCluster(cluster, provider, folder, context);
  const connect = async (index = 0) => {
    const node = view.nodes[index];
    if (!node) throw new Error('no such node');
    return provider.connect(cluster.cluster, node, context);
  };
  return { context, cluster, id, folder, view, connect };
}

describe.each(clusterProviders.map((provider) => ({ provider, id: provider.id })))('$id', ({ provider }) => {
  const kit = kits[provider.id];
  if (!kit) throw new Error(`${provider.id} needs a kit here`);

  it('says what it promises', async () => {
    const guarantees = await provider.check(testContext());
    expect(Object.keys(guarantees).sort()).toEqual(['expiry', 'isolation', 'limits']);
  });

  it('makes the nodes that were asked for, each with an address of its own; a second time changes nothing', async () => {
    const { context, cluster, folder, view } = await started(provider, { count: 3 });
    expect(view.phase).toBe('ready');
    expect(view.nodes.map((node) => node.name)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(new Set(view.nodes.map((node) => node.address)).size).toBe(3);
    const before = context.events.length;
    const again = await ensureCluster(cluster, provider, folder, context);
    expect({ ...again, seenAt: view.seenAt }).toEqual(view);
    expect(context.events.slice(before).map((event) => event.code)).toEqual(['cluster-ready']);
  });

  it('is found by its tags alone: without the run folder, and in the list', async () => {
    const { context, cluster, id, folder, view } = await started(provider);
    rmSync(folder, { recursive: true });
    const seen = await observeCluster(id, provider, context);
    expect({ ...seen, seenAt: view.seenAt }).toEqual(view);
    expect((await provider.list(context)).map((one) => one.cluster)).toEqual([cluster.cluster]);
    await destroyCluster(id, provider, {}, context);
    expect((await provider.list(context)).length).toBe(0);
  });

  it('sees that a node is lost, repairs it, and keeps its files', async () => {
    const { context, cluster, id, folder, connect } = await started(provider, { count: 2 });
    const connection = await connect();
    await connection.exec(['sh', '-c', 'echo work >kept']);
    await connection.startJob('job', ['sleep', '1000']);
    kit.kill(context.places.state, id);
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

  it('gives exit codes, both streams, input, deadlines and cut output as they are', async () => {
    const { connect } = await started(provider);
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
    const { connect } = await started(provider);
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
    const cluster = { ...testCluster(testId()), provider: provider.id };
    const { id } = cluster.cluster;
    onTestFinished(async () => {
      await destroyCluster(id, provider, { discard: true }, context);
    });
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

  it('brings 100 MB there and back unchanged', async () => {
    const { context, connect } = await started(provider);
    const connection = await connect();
    const file = join(context.folder, 'big');
    writeFileSync(file, randomBytes(100_000_000));
    await connection.put(packTar([{ from: file, path: 'deep/big' }]), 'data');
    expect(
      (await connection.exec(['sh', '-c', 'sha256sum <data/deep/big'])).stdout.toString().slice(0, 64),
    ).toBe(sha256(file));
    const back = join(context.folder, 'back');
    const caps = { maxBytes: 200_000_000, maxFiles: 10, source: 'the node' };
    await unpackTar(Readable.from(await connection.get('data', ['deep/big', 'gone'])), back, caps);
    expect(sha256(join(back, 'deep/big'))).toBe(sha256(file));
  });

  it('brings home what changed, and nothing else, before anything is removed', async () => {
    const { context, id, connect } = await started(provider);
    const connection = await connect();
    for (const name of ['same', 'changed', 'touched', 'removed'])
      writeFileSync(join(context.folder, name), name);
    const files = ['same', 'changed', 'touched', 'removed'].map((name) => ({
      from: join(context.folder, name),
      path: name,
    }));
    await connection.put(packTar(files), 'work');
    await recordListing(connection, 'work');
    const script =
      'echo 2 >changed; touch touched; rm removed; mkdir -p a/.ipynb_checkpoints; echo new >"a/new file"; echo x >a/.ipynb_checkpoints/x; ln -s /etc/passwd link; mkfifo pipe; echo x >../outside; mkdir -p ../cache/deep; touch ../cache/deep/x; chmod -R a-w ../cache';
    expect((await connection.exec(['sh', '-c', script], { cwd: 'work' })).code).toBe(0);
    await destroyCluster(id, provider, {}, context);
    const saved = join(context.places.state, 'saved', id);
    const found = readdirSync(saved, { recursive: true })
      .map(String)
      .filter((path) => lstatSync(join(saved, path)).isFile());
    expect(found.sort()).toEqual(['work/a/new file', 'work/changed']);
    expect(readFileSync(join(saved, 'work/changed'), 'utf8')).toBe('2\n');
  });

  it('shows a secret to the node alone: it stands in no file that is kept, no command line, no environment', async () => {
    const { context, id, connect } = await started(provider);
    const connection = await connect();
    const secret = `s3cret-${randomBytes(8).toString('hex')}`;
    const path = await connection.putSecret('token', secret);
    await connection.startJob('job', ['sh', '-c', 'cat "$1" >/dev/null; sleep 1000', 'sh', path]);
    expect((await connection.exec(['cat', path])).stdout.toString()).toBe(secret);
    expect((await connection.exec(['stat', '-c', '%a', path])).stdout.toString()).toBe('600\n');
    expect(JSON.stringify(await observeCluster(id, provider, context))).not.toContain(secret);
    expect(JSON.stringify(context.events)).not.toContain(secret);
    expect(filesWith(context.folder, secret)).toEqual([]);
    expect(footprint(context.places, secret).filter((line) => line.startsWith('process'))).toEqual([]);
  });

  it('leads the programs of the node to a server of ours', async () => {
    const { connect } = await started(provider);
    const connection = await connect();
    const server = createServer((_request, response) => response.end('hello'));
    const { nodePath, close } = await connection.serve('broker', server);
    onTestFinished(close);
    const client = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("${nodePath}"); s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n"); print(s.makefile().read().endswith("hello"))`;
    expect((await connection.exec(['python', '-c', client])).stdout.toString()).toBe('True\n');
  });

  it('answers at its endpoint', async () => {
    const { connect } = await started(provider);
    const connection = await connect();
    const bind = await connection.listen();
    const { host, port } = await connection.endpoint(bind.port);
    const web = ['python', '-m', 'http.server', '--bind', bind.address, String(bind.port)];
    await connection.startJob('web', web);
    const status = await eventually(() =>
      fetch(`http://${host}:${port}/`).then(
        (answer) => answer.status,
        () => undefined,
      ),
    );
    expect(status).toBe(200);
  });

  it('ends by itself when its time is over, keeps its files for the sweep, and can be renewed before', async () => {
    const { context, cluster, id, folder, connect } = await started(provider);
    const connection = await connect();
    await connection.put(packTar([]), 'work');
    await recordListing(connection, 'work');
    await connection.exec(['sh', '-c', 'echo mine >work/mine']);
    await connection.startJob('job', ['sleep', '1000']);
    const path = await connection.putSecret('token', 'x');
    const soon = new Date(Date.now() + 3_000).toISOString();
    expect((await renewCluster(id, soon, provider, context)).phase).toBe('ready');
    await eventually(async () =>
      (await observeCluster(id, provider, context)).phase === 'expired' ? true : undefined,
    );
    await eventually(() =>
      footprint(context.places, id).some((line) => line.startsWith('process')) ? undefined : true,
    );
    expect((await connection.exec(['cat', path])).code).not.toBe(0);
    expect(
      (await clustersToSweep([provider], { all: false }, context)).views.map((view) => view.cluster.id),
    ).toEqual([id]);
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

  it('leaves what others have alone, and nothing of its own; destroying twice is no error', async () => {
    const other = await started(provider, { owner: 'other@here' });
    const { context } = other;
    const cluster = { ...testCluster(testId(), { count: 2 }), provider: provider.id };
    const { id } = cluster.cluster;
    mkdirSync(join(context.places.state, 'nodes', 'notes'));
    writeFileSync(join(context.places.state, 'nodes', 'notes', 'mine.txt'), 'a file of a person');
    const before = footprint(context.places, id);
    await ensureCluster(cluster, provider, join(context.folder, 'run-2'), context);
    expect(footprint(context.places, id).length).toBeGreaterThan(before.length);
    expect(
      (await clustersToSweep([provider], { all: true }, context)).views.map((view) => view.cluster.id),
    ).toEqual([id]);
    await destroyCluster(id, provider, {}, context);
    expect(footprint(context.places, id)).toEqual(before);
    await destroyCluster(id, provider, {}, context);
    expect((await provider.list(context)).map((view) => view.cluster.owner)).toEqual(['other@here']);
    expect((await observeCluster(other.id, provider, context)).phase).toBe('ready');
  });
});

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function filesWith(folder: string, text: string): string[] {
  const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path)));
  return paths.filter((path) => lstatSync(path).isFile() && readFileSync(path).includes(text));
}
