import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Environment } from '../../repo2vc/src/model/index.ts';
import { testCache } from './context.ts';

/** An environment that no program runs in. */
export function paperEnvironment(id = 'e'): Environment {
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
export function testEnvironment(): Environment {
  const prefix = join(testCache(), 'clusters-prefix');
  if (!existsSync(join(prefix, 'bin', 'python'))) {
    const fresh = `${prefix}.${process.pid}`;
    mkdirSync(testCache(), { recursive: true });
    execFileSync('python3', ['-m', 'venv', '--without-pip', fresh]);
    if (existsSync(prefix)) rmSync(fresh, { recursive: true });
    else renameSync(fresh, prefix);
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
    environment?: Environment;
  } = {},
): Cluster {
  const { count = 1, owner = 'tester@here', minutes = 60, memoryMiB } = options;
  return {
    schemaVersion: 1,
    cluster: { id, owner, createdAt: new Date().toISOString() },
    provider: 'process',
    goal: {
      groups: [
        {
          ...{ role: 'node', count, environment: options.environment ?? testEnvironment() },
          ...(memoryMiB !== undefined && { memoryMiB }),
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
