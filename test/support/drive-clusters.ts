import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Places } from '../../repo2vc/src/context.ts';
import type { Cluster } from '../../repo2vc/src/model/index.ts';

/** What a process of its own shall do with a cluster; it runs the built engine. */
export interface Drive {
  readonly action: 'create' | 'destroy';
  readonly cluster: Cluster;
  readonly places: Places;
  readonly folder: string;
  /** SIGKILL at the effect with this number; effects are numbered from 0. */
  readonly crashAt?: number;
  /** SIGKILL when all is done. */
  readonly crashAtEnd?: boolean;
  /** A program to start as a job once the cluster is there. */
  readonly job?: readonly string[];
}

const driver = new URL('cluster-driver.mjs', import.meta.url).pathname;
const built = new URL('../../repo2vc/dist/clusters/engine.js', import.meta.url).pathname;

/** Runs it to its end, or to its death. Gives the number of effects, or undefined when it was killed. */
export async function driveCluster(drive: Drive, environment = process.env): Promise<number | undefined> {
  if (!existsSync(built)) throw new Error('The engine is not built: run `npx tsc -b`.');
  const child = spawn(process.execPath, [driver, JSON.stringify(drive)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ]);
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(`the driver failed: ${err}`);
  return Number(out.trim());
}
