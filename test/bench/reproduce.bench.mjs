import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { interleaved, round, timeOf } from './measure.mjs';

export const name = 'warm reproduce';
export const aim = 'from the DOI to the page of N, as near as can be to the sum of the floors of its parts';

const root = join(import.meta.dirname, '..', '..');
const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-bench-'));
  const person = personIn(folder);
  const archive = await serve(person, folder);
  try {
    const example = join(folder, 'one-node');
    cpSync(join(root, 'examples', 'one-node'), example, { recursive: true });
    const { deposit } = person.repo2vc('publish', example, '--to', 'local', '--yes');
    const doi = deposit.records.at(-1).doi;
    const first = await reproduce(person, doi);
    const parts = floorsOf(folder, first.prefix, deposit);
    const times = await interleaved(3, {
      reproduce: async () => (await reproduce(person, doi)).ms,
      ...parts,
    });
    const floor = Object.keys(parts).reduce((sum, part) => sum + times[part], 0);
    const row = (what, value) => ({ what, value: round(value), unit: 'ms' });
    return [
      { ...row('DOI to page', times.reproduce), floor: round(floor), ratio: round(times.reproduce / floor) },
      ...Object.keys(parts).map((part) => row(`floor: ${part}`, times[part])),
    ];
  } finally {
    archive.kill('SIGTERM');
    await new Promise((resolve) => archive.once('close', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

function personIn(folder) {
  const env = { ...process.env };
  for (const name of ['STATE', 'CONFIG', 'CACHE']) env[`XDG_${name}_HOME`] = join(folder, name.toLowerCase());
  const repo2vc = (...args) => {
    const argv = [command, ...args, '--log-format', 'json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`repo2vc ${args.join(' ')} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  };
  return { env, repo2vc, state: join(folder, 'state', 'repo2vc') };
}

async function serve({ env }, folder) {
  const child = spawn(process.execPath, [command, 'archive', 'serve', '--dir', join(folder, 'archive')], {
    env,
  });
  await new Promise((resolve) =>
    child.stdout.on('data', (text) => String(text).includes('Ctrl-C') && resolve(undefined)),
  );
  return child;
}

/** Milliseconds from typing the command to the notebook's page answering; the environment is destroyed afterwards. */
async function reproduce({ repo2vc, state }, doi) {
  const begin = performance.now();
  const { run, session } = repo2vc('reproduce', doi, '--yes');
  const runFolder = join(state, 'runs', run);
  const token = readFileSync(join(runFolder, session.tokenFile), 'utf8');
  await answers(`http://${session.host}:${session.port}${session.basePath}${session.openPath}`, token);
  const ms = performance.now() - begin;
  repo2vc('clusters', 'destroy', session.cluster);
  const { environments } = JSON.parse(readFileSync(join(runFolder, 'environments.json'), 'utf8'));
  return { ms, prefix: Object.values(environments)[0].prefix };
}

async function answers(url, token) {
  for (;;) {
    const answer = await fetch(url, { headers: { authorization: `token ${token}` } }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await sleep(10);
  }
}

/** The same work, done by hand by somebody who knows everything beforehand and checks nothing. */
function floorsOf(folder, prefix, deposit) {
  const bin = (program) => join(prefix, 'bin', program);
  const urls = deposit.records.flatMap(({ page, files }) => {
    const { origin, pathname } = new URL(page);
    return files.map(({ key }) => `${origin}/api${pathname}/files/${key}/content`);
  });
  const script = join(folder, 'steps.py');
  writeFileSync(script, steps);
  return {
    'the command': () => timeOf([process.execPath, '-e', '0']),
    'the files, by curl': () =>
      timeOf(
        [
          'curl',
          '-sSf',
          '--remove-on-error',
          '-O',
          '--output-dir',
          folder,
          ...urls.flatMap((url) => [url, '-O']),
        ].slice(0, -1),
      ),
    'a server for the steps': () => untilUp(folder, [bin('jupyter'), 'server'], 'api/status'),
    'the steps, by nbclient': () => timeOf([bin('python'), script]),
    JupyterLab: () => untilUp(folder, [bin('jupyter'), 'lab'], 'lab/tree/analysis.ipynb'),
  };
}

const steps = `
import nbformat, nbclient
cells = [
    "confidence = 0.95",
    "import subprocess; subprocess.run(['python', '--version']); subprocess.run(['python', '-c', 'import numpy, matplotlib'])",
    "open('/dev/null', 'w').write('{}')",
]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
nbclient.NotebookClient(notebook, kernel_name="python3").execute()
`;

/** Milliseconds from starting a Jupyter server to its answering. */
async function untilUp(folder, argv, path) {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  cpSync(join(root, 'examples', 'one-node', 'analysis.ipynb'), join(work, 'analysis.ipynb'));
  const port = await freePort();
  const options = [
    '--no-browser',
    '--allow-root',
    `--port=${port}`,
    '--ServerApp.port_retries=0',
    `--ServerApp.root_dir=${work}`,
  ];
  const begin = performance.now();
  const child = spawn(argv[0], [...argv.slice(1), ...options, '--IdentityProvider.token=bench'], {
    stdio: 'ignore',
    env: { ...process.env, HOME: work },
  });
  await answers(`http://127.0.0.1:${port}/${path}`, 'bench');
  const ms = performance.now() - begin;
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  return ms;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
