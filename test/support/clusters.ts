import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../../repo2vc/src/context.ts';
import type { Cluster, Environment, PrefixEnvironment } from '../../repo2vc/src/model/index.ts';
import { testCache } from './context.ts';

/** An environment that no program runs in. */
export function paperEnvironment(id = 'e'): PrefixEnvironment {
  return {
    id: id.repeat(64),
    builder: 'prefix',
    prefix: '/nowhere',
    basePrefix: '/usr',
    lock: {
      schemaVersion: 1,
      interpreter: { implementation: 'cpython', version: '3' },
      platform: { os: 'linux', architecture: 'x64', libc: 'glibc' },
      packages: [],
    },
  };
}

/** A small environment: a virtual environment without packages, made once and kept in the test cache. */
export function testEnvironment(): PrefixEnvironment {
  const prefix = join(testCache(), 'clusters-prefix');
  if (!existsSync(join(prefix, 'bin', 'python'))) {
    const fresh = mkdtempSync(`${prefix}.`);
    chmodSync(fresh, 0o755);
    execFileSync('python3', ['-m', 'venv', '--without-pip', fresh]);
    try {
      renameSync(fresh, prefix);
    } catch (error) {
      rmSync(fresh, { recursive: true });
      if (!existsSync(prefix)) throw error; // else another worker was faster
    }
  }
  const basePrefix = execFileSync('python3', ['-c', 'import sys; print(sys.base_prefix)'], {
    encoding: 'utf8',
  });
  return { ...paperEnvironment(), prefix: realpathSync(prefix), basePrefix: basePrefix.trim() };
}

/** A goal of `count` nodes that ends in an hour. */
export function testCluster(
  id: string,
  options: {
    count?: number;
    memoryMiB?: number;
    owner?: string;
    minutes?: number;
    ports?: number[];
    /** Default: `process`, with an environment for it. */
    provider?: string;
    environment?: Environment;
  } = {},
): Cluster {
  const { count = 1, owner = 'tester@here', minutes = 60, memoryMiB, provider = 'process' } = options;
  return {
    schemaVersion: 1,
    cluster: { id, owner, createdAt: new Date().toISOString() },
    provider,
    goal: {
      groups: [
        {
          ...{ role: 'node', count, environment: options.environment ?? testEnvironment() },
          ...(memoryMiB !== undefined && { memoryMiB }),
          ...(options.ports && { ports: options.ports }),
        },
      ],
      expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
    },
  };
}

/** A cluster id that no other test has. */
export function testId(): string {
  return `t-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
}

/**
 * Everything on this computer that belongs to a cluster or lies in a state folder's places for clusters: to be compared
 * before and after. Processes are found by every mark that they may carry.
 */
export function footprint(places: Places, id: string): string[] {
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && mentions(pid, id));
  return [
    ...below(join(places.state, 'nodes')).map((path) => `node file ${path}`),
    ...below(join(places.state, 'addresses')).map((path) => `address ${path}`),
    ...below(`/dev/shm/repo2vc-${process.getuid?.()}`, id).map((path) => `memory file ${path}`),
    ...processes.map((pid) => `process ${pid}`),
  ].sort();
}

/** Paths below a folder that is being changed while we look; at its first level only names that contain `id`. */
function below(folder: string, id = ''): string[] {
  const names = namesIn(folder).filter((name) => name.includes(id));
  return names.flatMap((name) => [name, ...below(join(folder, name)).map((path) => join(name, path))]);
}

/** None when it is gone, or is no folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function mentions(pid: string, id: string): boolean {
  if (Number(pid) === process.pid) return false;
  return ['environ', 'cmdline'].some((name) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'latin1').includes(id);
    } catch {
      return false;
    }
  });
}

/** The supervisor's pid of a process node. */
export function supervisorPid(places: Places, cluster: string, node = 'node-1'): number {
  const text = readFileSync(join(places.state, 'nodes', cluster, node, 'supervisor.pid'), 'utf8');
  return Number(text.split(' ')[0]);
}

/** Waits for something that other processes bring about; fails after half a minute. */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen');
}
