import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { answers, entry, fromDoi, serverOptions, steps } from './from-doi.mjs';
import { timeOf } from './measure.mjs';

export const name = 'warm reproduce';
export const aim = 'from the DOI to the page of N, as near as can be to the sum of the floors of its parts';

export function run() {
  return fromDoi('process', undefined, (folder, { prefix }) => {
    const bin = (program) => join(prefix, 'bin', program);
    const script = join(folder, 'steps.py');
    writeFileSync(script, steps);
    return {
      'a server for the steps': () => untilUp(folder, [bin('jupyter'), 'server'], 'api/status'),
      'the steps, by nbclient': () => timeOf([bin('python'), script]),
      JupyterLab: () => untilUp(folder, [bin('jupyter'), 'lab'], 'lab/tree/analysis.ipynb'),
    };
  });
}

/** Milliseconds from starting a Jupyter server to its answering. */
async function untilUp(folder, argv, path) {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  cpSync(entry, join(work, 'analysis.ipynb'));
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(argv[0], [...argv.slice(1), ...serverOptions(work, port, '127.0.0.1')], {
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
