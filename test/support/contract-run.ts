import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Who runs the contract of the cluster providers for `process`, and what this user finds on the PATH. */
export interface ContractRun {
  /** A user id that nobody has; without it, this very user. */
  readonly uid?: number;
  readonly bubblewrap: boolean;
}

/** Runs that part of the contract in a test process of its own, in `folder`; gives its exit code and what it printed. */
export async function runContract(run: ContractRun, folder: string): Promise<{ code: number; said: string }> {
  const root = new URL('../..', import.meta.url).pathname;
  chmodSync(folder, 0o777);
  const become =
    run.uid === undefined
      ? []
      : ['setpriv', `--reuid=${run.uid}`, `--regid=${run.uid}`, '--clear-groups', '--'];
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--configLoader', 'runner'];
  const argv = [
    ...[...become, process.execPath, ...vitest],
    ...['--config', join(root, 'test/vitest.config.ts'), 'test/contract/clusters/'],
    ...['--testNamePattern', '^process '],
  ];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: root,
    env: {
      // whoever can run this test can run those; skipped, they would prove nothing
      REPO2VC_TEST_MISSING: '',
      ...{ HOME: folder, TMPDIR: folder, REPO2VC_TEST_CACHE: join(folder, 'cache') },
      PATH: run.bubblewrap ? '/usr/local/bin:/usr/bin:/bin' : pathWithoutBubblewrap(join(folder, 'bin')),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  const ran = /\d passed/.test(out);
  return { code: ran ? code : 1, said: out + err };
}

/** Makes a folder of links to all programs of this computer but bubblewrap. */
export function pathWithoutBubblewrap(folder: string): string {
  mkdirSync(folder);
  for (const from of ['/usr/local/bin', '/usr/bin', '/bin']) {
    for (const name of readdirSync(from)) {
      if (name === 'bwrap') continue;
      try {
        symlinkSync(join(from, name), join(folder, name));
      } catch {
        // the first of a name wins, as on any PATH
      }
    }
  }
  return folder;
}
