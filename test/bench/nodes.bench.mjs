import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contextIn, goalOf, placesIn } from '../support/built-engine.mjs';
import { interleaved, round } from './measure.mjs';

export const name = 'nodes';
export const aim = 'up and down take at most 1.3 × bare spawns of the same processes, and grow linearly';

const prefix = { builder: 'prefix', prefix: '/usr', basePrefix: '/usr' };
const nodeSide = join(import.meta.dirname, '..', '..', 'repo2vc', 'node-side');
const listing = readFileSync(join(nodeSide, 'listing.sh'), 'utf8');

export async function run() {
  const engine = await import('../../repo2vc/dist/clusters/engine.js');
  const { destroyCluster } = await import('../../repo2vc/dist/clusters/destroy.js');
  const { clusterProviders } = await import('../../repo2vc/dist/clusters/registry.js');
  const provider = clusterProviders.find(({ id }) => id === 'process');
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-bench-'));
  const rows = [];
  for (const count of [1, 4, 16]) {
    const times = await interleaved(5, {
      cluster: async () => {
        const context = contextIn(placesIn(folder));
        const cluster = goalOf('process', count, prefix);
        const begin = performance.now();
        await engine.ensureCluster(cluster, provider, join(folder, 'run'), context);
        await destroyCluster(cluster.cluster.id, provider, {}, context);
        return performance.now() - begin;
      },
      floor: () => bareNodes(folder, count),
    });
    const ratio = times.cluster / times.floor;
    rows.push({
      what: `${count} up and down`,
      ...{
        value: round(times.cluster),
        unit: 'ms',
        floor: round(times.floor),
        ratio: round(ratio),
        ok: ratio <= 1.3,
      },
    });
  }
  rmSync(folder, { recursive: true });
  return rows;
}

/**
 * The processes that a node is made of, and the one that is started on it to see what changed; nothing that makes them
 * safe: no journal, no tags, no second look.
 */
async function bareNodes(folder, count) {
  const begin = performance.now();
  const children = await Promise.all(Array.from({ length: count }, () => bareNode(folder)));
  await Promise.all(children.map(() => bareProgram()));
  // All of a node's processes: the reaper that a dead supervisor leaves would be at work while the next one is measured.
  for (const { child } of children) for (const pid of familyOf(child.pid)) end(pid);
  await Promise.all(children.map(({ ended }) => ended));
  for (const { place } of children) rmSync(place, { recursive: true });
  return performance.now() - begin;
}

/** A process and its descendants. */
function familyOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => familyOf(Number(child))))];
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended with its parent
  }
}

function bareProgram() {
  const spaces = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--new-session', '--die-with-parent'];
  const sight = ['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--'];
  const root = process.getuid() === 0;
  const user = root ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'] : [];
  const look = [...(root ? [] : ['--unshare-user']), ...spaces, ...sight, ...user];
  return new Promise((resolve) =>
    spawn('bwrap', [...look, 'sh', '-c', listing, 'listing.sh', 'placed'], { stdio: 'ignore' })
      .once('close', resolve)
      .once('error', resolve),
  );
}

async function bareNode(folder) {
  const place = join(folder, randomBytes(6).toString('hex'));
  mkdirSync(join(place, 'volatile'), { recursive: true });
  for (const script of ['supervisor.sh', 'reaper.sh', 'job.sh', 'members.sh']) {
    cpSync(join(nodeSide, script), join(place, script));
  }
  writeFileSync(join(place, 'lease'), `${Math.floor(Date.now() / 1000) + 600}\n`);
  const child = spawn('sh', [join(place, 'supervisor.sh'), place, join(place, 'volatile'), '0'], {
    detached: true,
    env: { PATH: process.env.PATH, REPO2VC_NODE: place },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (
    !existsSync(join(place, 'supervisor.pid')) ||
    readFileSync(join(place, 'supervisor.pid')).length === 0
  ) {
    await sleep(2);
  }
  return { child, place, ended };
}
