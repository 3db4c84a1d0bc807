// What the benchmarks from a DOI to a page share: somebody who has published, and the parts of the way that are the same
// wherever it leads.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { baseImages } from '../support/base-image.mjs';
import { cacheFolder } from '../support/cache.mjs';
import { interleaved, round, timeOf } from './measure.mjs';

const root = join(import.meta.dirname, '..', '..');
const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');
/** The notebook that is opened. */
export const entry = join(root, 'examples', 'one-node', 'analysis.ipynb');

/**
 * Reproduces an experiment, warm, against the sum of its parts done by hand. `floorsOf` gives milliseconds by part, from
 * a temporary folder and the environment that the first time made.
 */
export async function fromDoi(provider, aim, floorsOf) {
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-bench-'));
  const person = personIn(folder);
  const archive = await serve(person, folder);
  try {
    const example = join(folder, 'one-node');
    cpSync(join(root, 'examples', 'one-node'), example, { recursive: true });
    const { deposit } = person.repo2vc('publish', example, '--to', 'local', '--yes');
    const doi = deposit.records.at(-1).doi;
    const { environment } = await reproduce(person, doi, provider);
    const parts = { ...commonFloors(folder, deposit), ...(await floorsOf(folder, environment)) };
    const times = await interleaved(3, {
      reproduce: async () => (await reproduce(person, doi, provider)).ms,
      ...parts,
    });
    const floor = Object.keys(parts).reduce((sum, part) => sum + times[part], 0);
    const ratio = times.reproduce / floor;
    const row = (what, value) => ({ what, value: round(value), unit: 'ms' });
    const measured = { floor: round(floor), ratio: round(ratio), ...(aim && { ok: ratio <= aim }) };
    return [
      { ...row('DOI to page', times.reproduce), ...measured },
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
  for (const name of ['STATE', 'CONFIG']) env[`XDG_${name}_HOME`] = join(folder, name.toLowerCase());
  env.XDG_CACHE_HOME = cacheFolder;
  mkdirSync(join(folder, 'config', 'repo2vc'), { recursive: true });
  const settings = JSON.stringify({ containers: { baseImages } });
  writeFileSync(join(folder, 'config', 'repo2vc', 'settings.yaml'), settings);
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

/** Milliseconds from typing the command to the notebook's page answering; the cluster is destroyed afterwards. */
async function reproduce({ repo2vc, state }, doi, provider) {
  const begin = performance.now();
  const { run, session } = repo2vc('reproduce', doi, '--provider', provider, '--yes');
  const runFolder = join(state, 'runs', run);
  const token = readFileSync(join(runFolder, session.tokenFile), 'utf8');
  await answers(`http://${session.host}:${session.port}${session.basePath}${session.openPath}`, token);
  const ms = performance.now() - begin;
  repo2vc('clusters', 'destroy', session.cluster);
  const { environments } = JSON.parse(readFileSync(join(runFolder, 'environments.json'), 'utf8'));
  return { ms, environment: Object.values(environments)[0] };
}

/** Waits until a page is there for who has the token. Whoever is hung up on too early would wait for ever: so it ends by itself. */
export async function answers(url, token) {
  for (;;) {
    const options = { headers: { authorization: `token ${token}` }, signal: AbortSignal.timeout(1_000) };
    const ok = await fetch(url, options).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    if (ok) return;
    await sleep(10);
  }
}

/** Done by hand by somebody who knows everything beforehand and checks nothing. */
function commonFloors(folder, deposit) {
  const urls = deposit.records.flatMap(({ page, files }) => {
    const { origin, pathname } = new URL(page);
    return files.map(({ key }) => `${origin}/api${pathname}/files/${key}/content`);
  });
  const options = ['-sSf', '--remove-on-error', '--output-dir', folder];
  return {
    'the command': () => timeOf([process.execPath, '-e', '0']),
    'the files, by curl': () => timeOf(['curl', ...options, ...urls.flatMap((url) => ['-O', url])]),
  };
}

/** What the template's steps do, by nbclient. */
export const steps = `
import nbformat, nbclient
cells = [
    "confidence = 0.95",
    "import subprocess; subprocess.run(['python', '--version']); subprocess.run(['python', '-c', 'import numpy, matplotlib'])",
    "open('/dev/null', 'w').write('{}')",
]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
nbclient.NotebookClient(notebook, kernel_name="python3").execute()
`;

/** The options of a server on a port, with the token `bench`. */
export const serverOptions = (root, port, ip) => [
  ...['--no-browser', '--allow-root', `--ServerApp.ip=${ip}`, `--port=${port}`],
  ...['--ServerApp.port_retries=0', `--ServerApp.root_dir=${root}`, '--IdentityProvider.token=bench'],
];
