import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { startTimeOf } from '../../repo2vc/src/io/lock.ts';
import { eventually } from '../support/clusters.ts';
import { temporaryFolder } from '../support/context.ts';
import { everyTestNeeds } from '../support/needs.ts';

everyTestNeeds('pip');

const nodeSide = new URL('../../repo2vc/node-side/', import.meta.url).pathname;

/** Runs a script that knows the functions of members.sh, in an empty folder; gives what it prints. */
function withMembers(script: string, mark = 'no/node'): string {
  return execFileSync('sh', ['-uc', `. ${nodeSide}members.sh; ${script}`], {
    cwd: temporaryFolder(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, REPO2VC_NODE: mark },
  }).trim();
}

async function victim(argv: readonly [string, ...string[]], environment: Record<string, string> = {}) {
  const [file, ...rest] = argv;
  const child = spawn(file, rest, { env: { PATH: process.env.PATH, ...environment }, stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const pid = child.pid ?? 0;
  const startTime = await eventually(() => startTimeOf(pid));
  return { child, pid, startTime };
}

it('signals only the process that was meant, never a later one with its number', async () => {
  const { child, pid, startTime } = await victim(['sleep', '1000']);
  withMembers(`end_one ${pid} 1; end_one ${pid} ''; true`);
  expect(withMembers(`start_of ${pid}`)).toBe(startTime);
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  withMembers(`end_one ${pid} ${startTime}`);
  expect(await ended).toBe('SIGKILL');
});

it('finds and ends a process whose name has a line break', async () => {
  const rename = 'import ctypes, time; ctypes.CDLL(None).prctl(15, b"a) R 1\\n2 (b"); time.sleep(1000)';
  const mark = `t/${process.pid}`;
  const { child, pid, startTime } = await victim(['python3', '-c', rename], { REPO2VC_NODE: mark });
  await eventually(() => (readFileSync(`/proc/${pid}/comm`, 'latin1').startsWith('a)') ? true : undefined));
  expect(withMembers(`start_of ${pid}`)).toBe(startTime);
  expect(withMembers(`members | grep "^${pid} "`, mark)).toMatch(new RegExp(`^${pid} \\d+ ${startTime}$`));
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  withMembers('end_all', mark);
  expect(await ended).toBe('SIGKILL');
});

it('looks again until nothing was found twice in a row, but not for ever', async () => {
  const looks = 'end_all; wc -l <looks';
  expect(withMembers(`members() { echo >>looks; }; ${looks}`)).toBe('2');
  const once = `[ -e looks ] || echo "$$ 1 1"; echo >>looks`;
  expect(withMembers(`members() { ${once}; }; ${looks}`)).toBe('3');
  expect(withMembers(`members() { echo >>looks; echo "$$ 1 1"; }; ${looks}`)).toBe('50');
});
