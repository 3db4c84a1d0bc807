// The whole circle on one computer, with the commands that a person would type: an archive, a publication with two
// linked DOIs, a reproduction from the DOI alone in an empty folder, a cell run there, and the end of it all, with what
// the cell wrote brought home. `npm run demo -- --keep` leaves the notebook open; `-- --provider docker` or `process`
// says where it runs, which else is the first that works.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');
const { keep, provider, wrong } = optionsIn(process.argv.slice(2));
const began = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'repo2vc-demo-'));
const children = new Set();
let isInterrupted = false;
let archive; // its address
let cluster; // the one to end

function optionsIn(words) {
  try {
    const options = { keep: { type: 'boolean', default: false }, provider: { type: 'string' } };
    return parseArgs({ args: words, options }).values;
  } catch (error) {
    return { wrong: error.message };
  }
}

/** A command's arguments as a person would type them. */
const typed = (args) => `repo2vc ${args.map((arg) => (/[^\w./:=-]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`;

function start(args, cwd, stdout) {
  if (isInterrupted) throw new Error('interrupted');
  const child = spawn(process.execPath, [command, ...args], { cwd, stdio: ['inherit', stdout, 'inherit'] });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** Runs a command as a person would, its output on the screen; gives what it printed as its result. */
async function repo2vc(args, { cwd = folder, quiet = false } = {}) {
  console.log(`\n$ ${typed(args)}`);
  const child = start(args, cwd, 'pipe');
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [output, code] = await Promise.all([text(child.stdout), ended]);
  if (!quiet) process.stdout.write(output);
  if (code !== 0) throw new Error(`${typed(args)} ended with ${code}`);
  return output;
}

/** Starts the archive and waits until it is open; notes its address. */
async function serveArchive() {
  const args = ['archive', 'serve', '--dir', join(folder, 'archive')];
  console.log(`$ ${typed(args)} &`);
  const child = start(args, folder, 'pipe');
  await new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the archive ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      archive ??= /open at (http:\S+)/.exec(String(chunk))?.[1];
      if (String(chunk).includes('Ctrl-C')) resolve();
    });
  });
  return child;
}

/** Runs code in the open session, and looks up what the environment's lock says of a package. */
async function runThere(id, runFolder, code, name) {
  const { environments } = JSON.parse(readFileSync(join(runFolder, 'environments.json'), 'utf8'));
  const { packages } = Object.values(environments)[0].lock;
  const engine = await import('repo2vc');
  const clock = { now: () => new Date(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) };
  const random = (n) => randomBytes(n).toString('hex').slice(0, n);
  const context = { clock, random, emit: () => {}, signal: new AbortController().signal };
  const output = await engine.runInSession({ id, folder: runFolder }, code, context);
  return { output: output.trim(), locked: packages.find((one) => one.name === name).version };
}

async function runFolderOf(id) {
  const shown = await repo2vc(['runs', 'show', id, '--log-format', 'json'], { quiet: true });
  return JSON.parse(shown).folder;
}

/** Shows what was brought home from a run's cluster, and takes it away: nobody will miss what a demo wrote. */
function showSaved(runFolder) {
  const saved = join(dirname(dirname(runFolder)), 'saved', cluster);
  const files = readdirSync(join(saved, 'experiment'));
  console.log(`Brought home: ${files.join(', ')} (removed now, because this is a demo)`);
  rmSync(saved, { recursive: true, force: true });
}

function say(title) {
  console.log(`\n── ${title} ── ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Publishes a copy of the example, as its author would; gives the experiment's DOI. */
async function publish() {
  say('The author publishes data, environment template and experiment, linked');
  const mine = join(folder, 'one-node');
  cpSync(join(root, 'examples', 'one-node'), mine, { recursive: true });
  const published = await repo2vc(['publish', mine, '--to', 'local', '--yes']);
  return /^\s+experiment\s+(\S+)/m.exec(published)?.[1];
}

/** Reproduces from the DOI alone, in an empty folder; gives the id of the run, and notes that of its cluster. */
async function reproduce(doi) {
  say('A stranger reproduces it, from its DOI alone');
  const empty = mkdtempSync(join(folder, 'stranger-'));
  const where = provider ? ['--provider', provider] : [];
  const opened = await repo2vc(['reproduce', doi, '--yes', ...where], { cwd: empty });
  cluster = /clusters destroy (\S+)/.exec(opened)?.[1];
  return /runs show (r-\S+)/.exec(opened)?.[1];
}

/** Runs a cell that looks into the environment, and writes a file as a person's work would. */
async function runCell(run) {
  say('A kernel there runs a cell');
  const runFolder = await runFolderOf(run);
  const cell = [
    'import numpy',
    'print("numpy", numpy.__version__)',
    '_ = open("note.txt", "w").write("mine")',
  ];
  const { output, locked } = await runThere(run, runFolder, cell.join('\n'), 'numpy');
  console.log(`In:  ${cell.join('\n     ')}\nOut: ${output}\nThe lock says: numpy ${locked}`);
  if (output !== `numpy ${locked}`) throw new Error('the environment is not the one that was locked');
  return runFolder;
}

/** Where it ran, and how to see it run elsewhere; why it ran there stands in the plan above. */
function sayWhere(runFolder) {
  const ran = JSON.parse(readFileSync(join(runFolder, 'target.json'), 'utf8')).provider;
  const other = ran === 'docker' ? 'process' : 'docker';
  const kinds = { docker: 'in containers', process: 'as processes of this computer' };
  console.log(
    `\nIt ran ${kinds[ran]}. To see it ${kinds[other]}: npm run demo -- --provider ${other}` +
      (other === 'docker' ? '\n(what that takes, and whether it is there: npx repo2vc doctor)' : ''),
  );
}

async function end(runFolder) {
  say('The end of it');
  await repo2vc(['clusters', 'destroy', cluster]);
  showSaved(runFolder);
  const left = await repo2vc(['clusters', 'list']);
  if (left.includes(cluster)) throw new Error(`${cluster} is still there`);
  sayWhere(runFolder);
  say('Done: published, reproduced from the DOI, run, and nothing is left');
}

async function main() {
  if (wrong) throw new Error(`${wrong}\nThere are --keep and --provider docker|process.`);
  console.log('repo2vc, the whole circle. In this clone, type `npx repo2vc` for `repo2vc`.');
  say('An archive on this computer');
  await serveArchive();
  const doi = await publish();
  const run = await reproduce(doi);
  const runFolder = await runCell(run);
  if (!keep) return end(runFolder);
  const url = await repo2vc(['runs', 'show', run, '--url'], { quiet: true });
  say('The notebook is left open, as you asked');
  console.log(`Open it:  ${url}End it:   npx repo2vc clusters destroy ${cluster}`);
}

/**
 * Ends what still runs (the archive, and after a signal whatever was on its way), forgets the token for the archive, and
 * takes the demo's folder away.
 */
async function cleanUp() {
  const ended = [...children].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(ended);
  if (archive) spawnSync(process.execPath, [command, 'logout', archive], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

// Ctrl-C and a closed terminal reach the running command too: it ends by itself, and this waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isInterrupted = true;
    if (signal === 'SIGTERM') for (const child of children) child.kill(signal);
  });
}
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await main();
} catch (error) {
  process.exitCode = isInterrupted ? 130 : 1;
  if (!isInterrupted) console.error(`\n✗ ${error.message}`);
} finally {
  await cleanUp();
}
if (isInterrupted) console.error('\nInterrupted.');
if (process.exitCode && cluster)
  console.error(`\nTo end what it left:\n  npx repo2vc clusters destroy ${cluster}`);
