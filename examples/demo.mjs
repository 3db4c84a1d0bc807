// The whole circle on one computer, with the commands that a person would type: an archive, a publication with two
// linked DOIs, a reproduction from the DOI alone in an empty folder, a cell run there, and the end of it all.
// `npm run demo -- --keep` leaves the notebook open.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');
const options = process.argv.slice(2);
const keep = options.includes('--keep');
const unknown = options.filter((option) => option !== '--keep');
const began = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'repo2vc-demo-'));

/** A command's arguments as a person would type them. */
const typed = (args) => `repo2vc ${args.map((arg) => (/[^\w./:=-]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`;

function start(args, cwd, stdout) {
  return spawn(process.execPath, [command, ...args], { cwd, stdio: ['inherit', stdout, 'inherit'] });
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

/** Starts the archive and waits until it is open. */
async function serveArchive() {
  const args = ['archive', 'serve', '--dir', join(folder, 'archive')];
  console.log(`$ ${typed(args)} &`);
  const child = start(args, folder, 'pipe');
  await new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the archive ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      if (String(chunk).includes('Ctrl-C')) resolve();
    });
  });
  return child;
}

/** Runs code in the open session, and looks up what the environment's lock says of a package. */
async function runThere(id, code, name) {
  const { folder: runFolder } = JSON.parse(
    await repo2vc(['runs', 'show', id, '--log-format', 'json'], { quiet: true }),
  );
  const { environments } = JSON.parse(readFileSync(join(runFolder, 'environments.json'), 'utf8'));
  const { packages } = Object.values(environments)[0].lock;
  const engine = await import('repo2vc');
  const clock = { now: () => new Date(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) };
  const random = (n) => randomBytes(n).toString('hex').slice(0, n);
  const context = { clock, random, emit: () => {}, signal: new AbortController().signal };
  const output = await engine.runInSession({ id, folder: runFolder }, code, context);
  return { output: output.trim(), locked: packages.find((one) => one.name === name).version };
}

function say(title) {
  console.log(`\n── ${title} ── ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function main() {
  if (unknown.length > 0) throw new Error(`unknown option ${unknown.join(' ')}; there is --keep`);
  console.log('repo2vc, the whole circle. In this clone, type `npx repo2vc` for `repo2vc`.');
  say('An archive on this computer');
  const archive = await serveArchive();
  let cluster;
  try {
    say('The author publishes data, environment template and experiment, linked');
    const mine = join(folder, 'one-node');
    cpSync(join(root, 'examples', 'one-node'), mine, { recursive: true });
    const published = await repo2vc(['publish', mine, '--to', 'local', '--yes']);
    const doi = /^\s+experiment\s+(\S+)/m.exec(published)?.[1];

    say('A stranger reproduces it, from its DOI alone');
    const empty = mkdtempSync(join(folder, 'stranger-'));
    const opened = await repo2vc(['reproduce', doi, '--yes'], { cwd: empty });
    const run = /runs show (r-\S+)/.exec(opened)?.[1];
    cluster = /clusters destroy (\S+)/.exec(opened)?.[1];

    say('A kernel there runs a cell');
    const cell = 'import numpy; print("numpy", numpy.__version__)';
    const { output, locked } = await runThere(run, cell, 'numpy');
    console.log(`In:  ${cell}\nOut: ${output}\nThe lock says: numpy ${locked}`);
    if (output !== `numpy ${locked}`) throw new Error('the environment is not the one that was locked');

    if (keep) return say('Left open, as you asked');
    say('The end of it');
    await repo2vc(['clusters', 'destroy', cluster]);
    const left = await repo2vc(['clusters', 'list']);
    if (left.includes(cluster)) throw new Error(`${cluster} is still there`);
    cluster = undefined;
    say('Done: published, reproduced from the DOI, run, and nothing is left');
  } finally {
    const ended = new Promise((resolve) => archive.once('close', resolve));
    archive.kill('SIGTERM');
    await ended;
    if (!keep) rmSync(folder, { recursive: true, force: true });
    if (cluster && !keep)
      console.log('\nWhat is left is removed with:  npx repo2vc clusters sweep --all --yes');
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    console.log('\nInterrupted. What is left is removed with:  npx repo2vc clusters sweep --all --yes');
  });
}
await main().catch((error) => {
  console.error(`\n✗ ${error.message}`);
  process.exitCode = 1;
});
