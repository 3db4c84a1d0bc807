import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { destroyCluster } from '../../../repo2vc/src/clusters/destroy.ts';
import { processProvider } from '../../../repo2vc/src/clusters/providers/process/index.ts';
import { canonicalJson, parserOf, type Session } from '../../../repo2vc/src/model/index.ts';
import { inject } from '../../../repo2vc/src/pipeline/inject.ts';
import { nodesOf } from '../../../repo2vc/src/pipeline/nodes.ts';
import { runInSession, sessionUrlOf } from '../../../repo2vc/src/pipeline/session.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { stage } from '../../support/stage.ts';

everyTestNeeds('pip');

test('N, its files and its data are placed, and JupyterLab answers for whoever has the token', async () => {
  const set = await stage({ files: { 'lib/helper.py': 'x = 1\n' }, data: { 'values.csv': '1,2\n' } });
  const session = await inject(set.injecting, set.tools);
  parserOf<Session>('session.schema.json')(session, 'session');
  writeFileSync(join(set.run.folder, 'session.json'), canonicalJson(session));
  expect(session).toMatchObject({
    basePath: '/user/me/',
    openPath: 'lab/tree/my%20analysis.ipynb',
    node: 'entry-1',
  });
  expect(session.host).toMatch(/^127\.77\./);

  const tokenFile = join(set.run.folder, session.tokenFile);
  const token = readFileSync(tokenFile, 'utf8');
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  expect(JSON.stringify([session, set.context.events])).not.toContain(token);
  const url = await sessionUrlOf(set.run);
  expect(url).toBe(
    `http://${session.host}:${session.port}/user/me/lab/tree/my%20analysis.ipynb?token=${token}`,
  );
  const api = `http://${session.host}:${session.port}/user/me/api/contents`;
  expect((await fetch(api)).status).toBe(403);
  const listed = await (await fetch(api, { headers: { Authorization: `token ${token}` } })).json();
  const names = (listed as { content: { name: string }[] }).content.map(({ name }) => name).sort();
  expect(names).toEqual(['data', 'lib', 'my analysis.ipynb']);

  const said = await runInSession(
    set.run,
    'print(open("data/values.csv").read())\nimport os; os.getcwd()',
    set.context,
  );
  expect(said).toMatch(/^1,2\n\n'.*\/experiment'\n$/);
  await expect(runInSession(set.run, '1/0', set.context)).rejects.toMatchObject({ code: 'cell-failed' });
  const processes = await runInSession(
    set.run,
    'import glob\nprint(b"".join(open(f, "rb").read() for f in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/self/environ")))',
    set.context,
  );
  expect(processes).toContain('jupyterlab');
  expect(processes).not.toContain(token);
});

test('placing again replaces the server that nobody was told of; changed work comes home in the end', async () => {
  const set = await stage();
  const first = await inject(set.injecting, set.tools);
  const before = readFileSync(join(set.run.folder, first.tokenFile), 'utf8');
  const second = await inject(set.injecting, set.tools);
  const status = (token: string) =>
    fetch(`http://${second.host}:${second.port}/user/me/api/status`, {
      headers: { Authorization: `token ${token}` },
    }).then((answer) => answer.status);
  expect(await status(before)).toBe(403);
  expect(await status(readFileSync(join(set.run.folder, second.tokenFile), 'utf8'))).toBe(200);

  writeFileSync(join(set.run.folder, 'session.json'), canonicalJson(second));
  await runInSession(set.run, 'open("result.txt", "w").write("42")', set.context);
  await destroyCluster(set.run.id, processProvider, {}, set.context);
  const home = join(set.context.places.state, 'saved', set.run.id, 'experiment', 'result.txt');
  expect(readFileSync(home, 'utf8')).toBe('42');
});

test('an environment without JupyterLab says so', async () => {
  const set = await stage({ bare: true });
  await expect(inject(set.injecting, set.tools)).rejects.toMatchObject({
    code: 'server-not-answering',
    message: expect.stringContaining('jupyter-lab'),
    hint: expect.stringContaining('jupyterlab'),
  });
});

test('a node that dies while the experiment is placed is what is told', async () => {
  const set = await stage();
  const [node] = await nodesOf(set.cluster, set.context);
  const path = join(set.nodeFolder, `${node?.name}`, 'supervisor.pid');
  const emit = (event: Parameters<typeof set.tools.emit>[0]) => {
    set.context.emit(event);
    if (event.code === 'server-starting')
      process.kill(Number(readFileSync(path, 'utf8').split(' ')[0]), 'SIGKILL');
  };
  await expect(inject(set.injecting, { ...set.tools, emit })).rejects.toMatchObject({ code: 'node-lost' });
});

test('nothing is placed outside the folder of the experiment', async () => {
  const set = await stage({ bare: true });
  const escaping = { ...set.snapshot, files: [{ path: 'x', size: 1, sha256: '0'.repeat(64) }] };
  const detection = { ...set.detection, data: [{ into: '../..', snapshot: escaping }] };
  await expect(inject({ ...set.injecting, detection }, set.tools)).rejects.toMatchObject({
    code: 'unsafe-path',
  });
});
