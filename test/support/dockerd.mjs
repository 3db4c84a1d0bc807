// A container engine for the time of the tests: a dockerd with all that it has in one folder. What it did to the computer is
// taken back when it ends, or by the next run when this one was killed.
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, ask } from './engine-api.mjs';
import { attempt, engineTraces } from './engine-traces.mjs';
import { mountsBelow, unmountBelow } from './mounts.mjs';

const prefix = 'repo2vc-engine-';
const inMemory = [0x01021994, 0x858458f6]; // tmpfs, ramfs

/** Where engines have their folders: on a disk. */
function place() {
  return inMemory.includes(statfsSync(tmpdir()).type) ? '/var/tmp' : tmpdir();
}

/** The dockerds that run on this computer: two destroy each other's networks. */
function runningEngines() {
  return pids().filter((pid) => fact(pid, 'comm').trim() === 'dockerd');
}

/**
 * Starts one and waits until it answers. It ends when this process does. An Error says why it could not be started.
 * @param {{ others?: number[], traces?: typeof engineTraces }} [options] what tests of this replace
 * @returns {Promise<{ host: string, end: () => Promise<string[]> }>} `end` gives what could not be taken back.
 */
export async function startDockerd({ others = runningEngines(), traces = engineTraces } = {}) {
  if (others.length > 0)
    throw new Error(
      `another dockerd runs (process ${others.join(', ')}) and does not answer where it was looked for`,
    );
  await clearDead(traces);
  const folder = mkdtempSync(join(place(), prefix));
  const host = `unix://${folder}/docker.sock`;
  writeFileSync(join(folder, 'before.json'), JSON.stringify({ owner: process.pid, ...traces.look() }));
  writeFileSync(join(folder, 'daemon.json'), '{}');
  const log = openSync(join(folder, 'log'), 'w');
  const flags = [
    '--bridge=none',
    `--data-root=${folder}/data`,
    `--exec-root=${folder}/exec`,
    `--pidfile=${folder}/pid`,
    `--host=${host}`,
    `--config-file=${folder}/daemon.json`,
  ];
  // in a session of its own, so that Ctrl-C does not end it before the tests that use it
  const child = spawn('setpriv', ['--pdeathsig=TERM', 'dockerd', ...flags], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended = false;
  const gone = new Promise((resolve) => child.once('close', resolve).once('error', resolve)).then(() => {
    ended = true;
  });
  const end = async () => {
    if (await answers(host)) await empty(host);
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(30_000, undefined, { ref: false })]);
    return clear(folder, traces);
  };
  for (let i = 0; i < 600 && !ended; i++) {
    if (await answers(host)) return { host, end };
    await sleep(100);
  }
  const said = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-5).join('\n');
  await end();
  throw new Error(`dockerd did not start: ${said}`);
}

/** Removes all containers and networks, so that the engine takes its interfaces and rules back. @param {string} host */
async function empty(host) {
  const containers = await ask(host, 'GET', '/containers/json?all=1');
  await Promise.allSettled(containers.map(({ Id }) => ask(host, 'DELETE', `/containers/${Id}?force=1&v=1`)));
  const networks = await ask(host, 'GET', '/networks?filters={"type":["custom"]}');
  await Promise.allSettled(networks.map(({ Id }) => ask(host, 'DELETE', `/networks/${Id}`)));
}

/** Ends whatever still runs of an engine, and removes all that it made. @param {string} folder @param {typeof engineTraces} traces */
async function clear(folder, traces) {
  for (let i = 0; i < 50 && processesOf(folder).length > 0; i++) {
    for (const pid of processesOf(folder)) attempt(() => process.kill(pid, 'SIGKILL'));
    await sleep(100);
  }
  unmountBelow(folder);
  const before = beforeOf(folder);
  rmSync(folder, { recursive: true, force: true });
  return [
    ...(before ? traces.takeBack(before) : []),
    ...processesOf(folder).map((pid) => `process ${pid} of the engine`),
    ...mountsBelow(folder).map((path) => `mount ${path}`),
  ];
}

/** @param {string} folder @returns {(ReturnType<typeof engineTraces.look> & { owner: number }) | undefined} */
function beforeOf(folder) {
  return attempt(() => JSON.parse(readFileSync(join(folder, 'before.json'), 'utf8')));
}

/** Clears what the engines left whose runs were killed. @param {typeof engineTraces} traces */
async function clearDead(traces) {
  for (const name of readdirSync(place()).filter((name) => name.startsWith(prefix))) {
    const folder = join(place(), name);
    if (!existsSync(`/proc/${beforeOf(folder)?.owner}`)) await clear(folder, traces);
  }
}

/** @param {string} folder */
function processesOf(folder) {
  return pids().filter((pid) => pid !== process.pid && fact(pid, 'cmdline').includes(folder));
}

/** @param {number} pid @param {'comm' | 'cmdline'} name */
function fact(pid, name) {
  return attempt(() => readFileSync(`/proc/${pid}/${name}`, 'utf8')) ?? '';
}

function pids() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
