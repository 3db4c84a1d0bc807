import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { scriptCommand } from '../../repo2vc/src/clusters/providers/docker/scripts.ts';
import { run } from '../../repo2vc/src/io/processes.ts';
import { eventually } from '../support/clusters.ts';
import { temporaryFolder } from '../support/context.ts';
import { everyTestNeeds } from '../support/needs.ts';

everyTestNeeds('bubblewrap');

const script = new URL('../../repo2vc/node-side/container.sh', import.meta.url).pathname;
const farAway = '99999999999';

/**
 * Runs container.sh as the first program of a computer of its own, where `sleep` takes no time; `beside` it a program that
 * is a single process, until `letGo`.
 */
function firstProgram(args: readonly string[], { beside = false, lease = '' } = {}) {
  const folder = temporaryFolder();
  for (const name of ['bin', 'lease']) mkdirSync(join(folder, name));
  const sleep = '#!/bin/sh\necho >>/test/rounds\nexec /bin/sleep 0.002\n';
  writeFileSync(join(folder, 'bin', 'sleep'), sleep, { mode: 0o755 });
  writeFileSync(join(folder, 'rounds'), '');
  const leaseFile = join(folder, 'lease', 'lease');
  if (lease !== '') writeFileSync(leaseFile, lease);
  execFileSync('mkfifo', [join(folder, 'end')]);
  const links = ['bin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  const mounts = ['--ro-bind', '/usr', '/usr', ...links, '--proc', '/proc', '--dev', '/dev'];
  const ours = ['--bind', folder, '/test', '--ro-bind', script, '/container.sh'];
  const apart = [
    '--unshare-pid',
    '--as-pid-1',
    '--die-with-parent',
    '--setenv',
    'PATH',
    '/test/bin:/usr/bin',
  ];
  const other = beside ? '(read -r line </test/end) & ' : '';
  const words = ['sh', '-c', `${other}exec sh /container.sh "$@"`, 'sh', ...args];
  const leased = ['--bind', join(folder, 'lease'), '/.repo2vc'];
  const child = spawn('bwrap', [...mounts, ...ours, ...leased, ...apart, ...words], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => 'ended');
  const rounds = () => readFileSync(join(folder, 'rounds'), 'utf8').length;
  /** Waits for so many rounds more, or for its end. */
  const go = (count: number) => {
    const until = rounds() + count;
    return Promise.race([ended, eventually(() => (rounds() >= until ? 'goes on' : undefined))]);
  };
  const letGo = () => writeFileSync(join(folder, 'end'), '\n');
  return { lease: leaseFile, go, letGo, ended };
}

it('ends a container that only reads when nothing else has run in it for a while, not under a program', async () => {
  const alone = firstProgram([farAway, 'idle']);
  expect(await alone.go(1000)).toBe('ended');
  const busy = firstProgram([farAway, 'idle'], { beside: true });
  expect(await busy.go(300)).toBe('goes on');
  busy.letGo();
  expect(await busy.ended).toBe('ended');
});

it('keeps to the lease that it read last while the next one is being written', async () => {
  const { lease, go, ended } = firstProgram(['0'], { lease: `${farAway}\n` });
  for (const text of [`${farAway}\n`, '', '12', 'nonsense\n', '\n']) {
    writeFileSync(lease, text);
    expect([text, await go(5)]).toEqual([text, 'goes on']);
  }
  rmSync(lease);
  expect(await go(5)).toBe('goes on');
  writeFileSync(lease, '12\n');
  expect(await ended).toBe('ended');
});

it('gives up to stop a job whose program cannot be told by its mark', async () => {
  const folder = temporaryFolder();
  const name = `job-${process.pid}`;
  const job = async (action: string, ...argv: string[]) => {
    const command = await scriptCommand('container-job.sh', [action, folder, name, ...argv]);
    const { stdout } = await run(command, { env: { PATH: process.env.PATH } });
    return stdout.toString();
  };
  const program = ['env', '-i', 'sh', '-c', `echo $$ >${folder}/pid; exec sleep 1000`];
  expect(await job('start', ...program)).toBe('started\n');
  const pid = await eventually(() => Number(readFileSync(join(folder, 'pid'), 'utf8')) || undefined);
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  expect(await job('stop')).toBe('running\n');
});
