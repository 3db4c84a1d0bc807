import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recordListing } from '../../repo2vc/src/clusters/bring-home.ts';
import { destroyCluster, observeCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import { packTar } from '../../repo2vc/src/io/tar.ts';
import { eventually, footprint, supervisorPid, testCluster, testId } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';
import { everyTestNeeds } from '../support/needs.ts';
import { processesOf, started } from '../support/process-node.ts';

everyTestNeeds('pip');

const { isolation } = await processProvider.check({
  ...{ environment: process.env, signal: new AbortController().signal },
} as Context);
const noBubblewrap = isolation === 'none';

it.skipIf(noBubblewrap)(
  'shows a program nothing of this computer: no files, processes, variables or rights',
  async () => {
    const environment = {
      ...process.env,
      SECRET_OF_MINE: 'x',
      https_proxy: 'http://me:pass@proxy.example:1',
    };
    const { context, id, shell, nodeFolder } = await started({}, { environment });
    writeFileSync(join(context.folder, 'mine'), 'a file of a person');
    expect(await shell(`cat ${join(context.folder, 'mine')} || echo no`)).toBe('no');
    expect(await shell(`ls ${nodeFolder} || echo no`)).toBe('no');
    expect(await shell('cat /etc/shadow || echo no')).toBe('no');
    expect(await shell('ls /root/.ssh /root/.bashrc /var/lib /run/user 2>/dev/null || echo no')).toBe('no');
    expect((await shell('cut -d: -f1 /etc/passwd')).split('\n')).toEqual(['root', 'jovyan', 'nobody']);
    expect((await shell('ls /proc | grep -c "^[0-9]"')).length).toBe(1);
    const variables = await shell('env');
    expect(variables).not.toMatch(/SECRET_OF_MINE|pass@/);
    expect(variables).toContain(`REPO2VC_CLUSTER=${id}`);
    const rights = await shell('grep -E "^(Cap|NoNewPrivs)" /proc/self/status');
    if (process.getuid?.() === 0)
      expect(
        rights
          .match(/[1-9a-f]/g)
          ?.join('')
          .replace(/[^1-9a-f]/g, ''),
      ).toContain('1');
    expect(/CapEff:\s+0+$/m.test(rights)).toBe(true);
    expect(rights).toMatch(/NoNewPrivs:\s+1/);
    expect(await shell('id -u')).not.toBe('0');
    expect(await shell('touch "$VIRTUAL_ENV/x" /usr/x || echo no')).toBe('no');
    expect(await shell('python -c "import multiprocessing as m; m.Lock(); print(1)"')).toBe('1');
    expect(await shell('touch /tmp/x ~/x && pwd')).toBe('/home/jovyan');
  },
);

it('tells once that a proxy with a password is kept from programs, without the password', async () => {
  const environment = { PATH: process.env.PATH, https_proxy: 'http://me:pass@proxy.example:1' };
  const { context, cluster, id, folder } = await started({ count: 2 }, { environment });
  process.kill(supervisorPid(context.places, id), 'SIGKILL');
  await ensureCluster(cluster, processProvider, folder, context);
  const told = context.events.filter((event) => event.code === 'warning');
  expect(told.map((event) => event.args.warning)).toEqual(['proxy-withheld']);
  expect(JSON.stringify(told)).toContain('https_proxy');
  expect(JSON.stringify(context.events)).not.toContain('pass@');
});

it.skipIf(noBubblewrap)('ends whatever a program left behind when the program ends', async () => {
  const { context, id, shell } = await started();
  const before = processesOf(context, id).length;
  await shell('setsid sleep 1000 >/dev/null 2>&1 & env -i setsid sleep 1000 >/dev/null 2>&1 &');
  await eventually(() => (processesOf(context, id).length <= before + 1 ? true : undefined));
});

it.each([0, 10, 20, 40])(
  'ends everything with its supervisor, also what was just being started (%i ms)',
  async (ms) => {
    const { context, id, connection } = await started();
    await connection.startJob('job', ['sh', '-c', 'setsid sleep 1000 & sleep 1000']);
    await context.clock.sleep(ms);
    process.kill(supervisorPid(context.places, id), 'SIGKILL');
    await eventually(() => (processesOf(context, id).length === 0 ? true : undefined));
    expect(await connection.job('job')).toEqual({ state: 'lost' });
  },
);

it('kills the biggest program when all together use too much memory, and says so', async () => {
  const { context, id, connection } = await started({ memoryMiB: 100 });
  await connection.startJob('small', ['sleep', '1000']);
  const hungry = ['python', '-c', 'import time; x = bytearray(200_000_000); time.sleep(1000)'];
  await connection.startJob('hungry', hungry);
  await eventually(async () => ((await connection.job('hungry')).state === 'ended' ? true : undefined));
  expect(await connection.job('hungry')).toEqual({ state: 'ended', code: 137 });
  expect((await connection.exec(hungry)).code).toBe(137);
  expect(await connection.job('small')).toEqual({ state: 'running' });
  const [node] = (await observeCluster(id, processProvider, context)).nodes;
  expect(node).toMatchObject({ state: 'ready', reason: { code: 'out-of-memory' } });
  expect(node?.reason?.args.kib).toBeGreaterThan(100 * 1024);
});

it('keeps the end of what a job prints, and no more than a few megabytes', async () => {
  const { connection, nodeFolder } = await started();
  await connection.startJob('loud', [
    'sh',
    '-c',
    'head -c 60000000 /dev/zero | tr "\\0" x; echo; echo the end',
  ]);
  await eventually(async () => ((await connection.job('loud')).state === 'ended' ? true : undefined));
  await eventually(async () => ((await connection.jobLog('loud', 8)) === 'the end\n' ? true : undefined));
  const sizes = ['log', 'log.1'].map(
    (name) => statSync(join(nodeFolder, 'jobs/loud', name), { throwIfNoEntry: false })?.size ?? 0,
  );
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(17 * 1024 * 1024);
});

it('tells every program how many threads are worth starting', async () => {
  const { cluster, context } = await started();
  const [group] = cluster.goal.groups;
  if (!group) throw new Error('no group');
  const half = { ...testCluster(testId()), goal: { ...cluster.goal, groups: [{ ...group, cpus: 0.5 }] } };
  onTestFinished(async () => {
    await destroyCluster(half.cluster.id, processProvider, {}, context);
  });
  const { nodes } = await ensureCluster(
    half as typeof cluster,
    processProvider,
    join(context.folder, 'half'),
    context,
  );
  if (!nodes[0]) throw new Error('no node');
  const connection = await processProvider.connect(half.cluster, nodes[0], context);
  expect(
    (await connection.exec(['printenv', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'])).stdout.toString(),
  ).toBe('1\n1\n');
});

it.skipIf(noBubblewrap)(
  'never follows, on this computer, a link that a program on the node made',
  async () => {
    const { context, connection, shell } = await started();
    const file = join(context.folder, 'a.txt');
    writeFileSync(file, 'placed');
    mkdirSync(join(context.folder, 'target'));
    await shell(`ln -s ${join(context.folder, 'target')} work`);
    await expect(connection.put(packTar([{ from: file, path: 'a.txt' }]), 'work')).rejects.toMatchObject({
      code: 'copy-failed',
    });
    expect(readdirSync(join(context.folder, 'target'))).toEqual([]);
  },
);

it.each([
  ['a listing that names a folder outside', 'printf "d ../../etc\\0" >.repo2vc/placed'],
  ['a folder that became a link', 'rm -r work; ln -s / work'],
  ['a file name with a line break', 'touch "$(printf "work/a\\nb")"'],
  ['a file name that is not UTF-8', 'touch "$(printf "work/\\377")"'],
])('removes nothing when it cannot bring home safely: %s', async (_what, script) => {
  const { context, id, connection, shell } = await started();
  const file = join(context.folder, 'a.txt');
  writeFileSync(file, 'placed');
  await connection.put(packTar([{ from: file, path: 'a.txt' }]), 'work');
  await recordListing(connection, 'work');
  await shell(script);
  await expect(destroyCluster(id, processProvider, {}, context)).rejects.toMatchObject({
    code: 'work-not-saved',
  });
  expect((await observeCluster(id, processProvider, context)).nodes).toHaveLength(1);
  await destroyCluster(id, processProvider, { discard: true }, context);
  expect(footprint(context.places, id)).toEqual([]);
});

it('comes back with its files after this computer was started again', async () => {
  const { context, cluster, id, folder, nodeFolder, shell } = await started();
  await shell('echo work >kept');
  process.kill(supervisorPid(context.places, id), 'SIGKILL');
  await eventually(() => (processesOf(context, id).length === 0 ? true : undefined));
  rmSync(`/dev/shm/repo2vc-${process.getuid?.()}/${id}`, { recursive: true });
  const tag = JSON.parse(readFileSync(join(nodeFolder, 'tag.json'), 'utf8'));
  writeFileSync(join(nodeFolder, 'tag.json'), JSON.stringify({ ...tag, boot: 'another' }));
  expect((await observeCluster(id, processProvider, context)).nodes[0]?.state).toBe('lost');
  expect(await shell('cat kept')).toBe('work');
  expect((await ensureCluster(cluster, processProvider, folder, context)).phase).toBe('ready');
  expect(await shell('cat kept')).toBe('work');
});

it('neither repairs nor removes from here what runs on another computer', async () => {
  const { context, cluster, id, folder, nodeFolder } = await started();
  const path = join(nodeFolder, 'tag.json');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(text), boot: 'another', host: 'elsewhere' }));
  expect((await observeCluster(id, processProvider, context)).nodes[0]?.reason?.code).toBe(
    'on-another-computer',
  );
  const elsewhere = { code: 'cluster-elsewhere' };
  await expect(ensureCluster(cluster, processProvider, folder, context)).rejects.toMatchObject(elsewhere);
  await expect(destroyCluster(id, processProvider, {}, context)).rejects.toMatchObject(elsewhere);
  writeFileSync(path, text);
  expect((await observeCluster(id, processProvider, context)).phase).toBe('ready');
});

it('does not give up the work on a node whose tag it cannot read', async () => {
  const { context, id, nodeFolder } = await started();
  const path = join(nodeFolder, 'tag.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), schemaVersion: 99 }));
  const [node] = (await observeCluster(id, processProvider, context)).nodes;
  expect(node).toMatchObject({ state: 'lost', reason: { code: 'tag-unreadable' } });
  await expect(destroyCluster(id, processProvider, {}, context)).rejects.toMatchObject({
    code: 'work-not-saved',
  });
  await destroyCluster(id, processProvider, { discard: true }, context);
  expect(footprint(context.places, id)).toEqual([]);
});

it('ends by itself when somebody removes its folder, and the rest of it is swept', async () => {
  const { context, id } = await started();
  rmSync(join(context.places.state, 'nodes', id), { recursive: true });
  await eventually(() => (processesOf(context, id).length === 0 ? true : undefined));
  expect((await processProvider.list(context)).map((view) => [view.cluster.id, view.phase])).toEqual([
    [id, 'expired'],
  ]);
  await destroyCluster(id, processProvider, {}, context);
  expect(footprint(context.places, id)).toEqual([]);
});

/** A PATH with a systemd whose memory controller works: it says so when it is tried, else runs the program. */
function pathWithSystemd(): { PATH: string; log: string } {
  const bin = join(testContext().folder, 'bin');
  mkdirSync(bin);
  const log = join(bin, 'asked');
  const script = `#!/bin/sh
echo "$*" >>${log}
while [ "$1" != -- ]; do shift; done
shift
case "$*" in *memory.max*) echo 67108864 ;; *) exec "$@" ;; esac
`;
  // A user's scope is used only where it outlives the last log-out.
  const programs = { 'systemd-run': script, loginctl: '#!/bin/sh\necho yes\n' };
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}`, log };
}

it('lets systemd enforce the limits where it can', async () => {
  const { PATH, log } = pathWithSystemd();
  const environment = { ...process.env, PATH };
  const { context, shell } = await started({ memoryMiB: 200 }, { environment });
  expect((await processProvider.check(context)).limits).toBe('enforced');
  expect(await shell('echo up')).toBe('up');
  expect(readFileSync(log, 'utf8')).toContain('-p MemoryMax=200M');
});

it('leaves a pool that shares its memory to the kernel, which counts what is shared once', async () => {
  const environment = { ...process.env, PATH: pathWithSystemd().PATH };
  const { connection, nodeFolder } = await started({ memoryMiB: 100 }, { environment });
  const pool = `import os, time
x = b"x" * 60_000_000
for _ in range(3): os.fork() or time.sleep(1000)
print("forked", flush=True)
time.sleep(1000)`;
  await connection.startJob('pool', ['python', '-c', pool]);
  await eventually(async () => ((await connection.jobLog('pool')) === 'forked\n' ? true : undefined));
  // Time for its supervisor to look; what is asked after that is done after the look.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await connection.startJob('later', ['true']);
  expect(await connection.job('pool')).toEqual({ state: 'running' });
  expect(existsSync(join(nodeFolder, 'out-of-memory'))).toBe(false);
});
