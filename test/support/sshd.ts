import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './context.ts';
import { freePort } from './jupyter.ts';

/**
 * Starts an ssh server on this computer, for one test, and gives the folder of an `ssh` that knows it as `lab`: the real
 * program, with a configuration of the test's own.
 */
export async function sshServer(): Promise<{ readonly bin: string }> {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  for (const name of ['host', 'mine']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  }
  copyFileSync(file('mine.pub'), file('authorized'));
  const port = await freePort();
  const { username } = userInfo();
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const server = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${file('host')}`, 'PidFile none'],
    ...[`AuthorizedKeysFile ${file('authorized')}`, 'StrictModes no', 'UsePAM no'],
    ...['PermitRootLogin prohibit-password', 'PasswordAuthentication no'],
  ];
  writeFileSync(file('sshd_config'), `${server.join('\n')}\n`);
  const hostKey = execFileSync('ssh-keygen', ['-y', '-f', file('host')], { encoding: 'utf8' }).trim();
  writeFileSync(file('known'), `[127.0.0.1]:${port} ${hostKey}\n`);
  const client = [
    ...['Host lab', 'HostName 127.0.0.1', `Port ${port}`, `User ${username}`, 'IdentitiesOnly yes'],
    ...[`IdentityFile ${file('mine')}`, `UserKnownHostsFile ${file('known')}`],
  ];
  writeFileSync(file('ssh_config'), `${client.join('\n')}\n`);
  const bin = file('bin');
  mkdirSync(bin);
  const script = `#!/bin/sh\nexec /usr/bin/ssh -F '${file('ssh_config')}' "$@"\n`;
  writeFileSync(join(bin, 'ssh'), script, { mode: 0o755 });
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd_config')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  while (!(await answers(port))) await sleep(50);
  return { bin };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
