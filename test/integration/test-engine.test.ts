import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../support/clusters.ts';
import { temporaryFolder } from '../support/context.ts';
import { startDockerd } from '../support/dockerd.mjs';
import { undoing } from '../support/firewall.mjs';
import { mountsBelow } from '../support/mounts.mjs';
import { needs } from '../support/needs.ts';

/** A program that looks like dockerd, as far as starting and ending go; what it starts and mounts it leaves behind. */
const fake = `#!${process.execPath}
const { spawn, spawnSync } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const flag = (name) => process.argv.find((word) => word.startsWith('--' + name + '=')).slice(name.length + 3);
if (process.env.FAKE === 'broken') {
  console.error('failed to start: no such storage');
  process.exit(1);
}
mkdirSync(flag('data-root') + '/mounted', { recursive: true });
spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', flag('data-root') + '/mounted']);
const child = spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 1; done', flag('exec-root')], { stdio: 'ignore' });
writeFileSync(flag('pidfile'), process.pid + ' ' + child.pid);
createServer((_, answer) => answer.end('[]')).listen(flag('host').slice('unix://'.length));
process.on('SIGTERM', () => process.exit(0));
`;

/** Another engine may be at work on this computer: what that does is not looked at. */
const alone = { others: [], traces: { look: () => ({}) as never, takeBack: () => [] } };

function fakeOnPath() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'dockerd'), fake, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

it.skipIf(!needs.root)('starts an engine, and takes back all that it left', async () => {
  fakeOnPath();
  const { host, end } = await startDockerd(alone);
  const folder = dirname(host.slice('unix://'.length));
  const pids = readFileSync(join(folder, 'pid'), 'utf8').split(' ');
  expect(mountsBelow(folder)).toEqual([join(folder, 'data/mounted')]);
  expect(await end()).toEqual([]);
  expect(mountsBelow(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  await eventually(() => (pids.some((pid) => existsSync(`/proc/${pid}`)) ? undefined : true));
});

it.skipIf(!needs.root)('says why one does not start, and leaves nothing', async () => {
  fakeOnPath();
  vi.stubEnv('FAKE', 'broken');
  await expect(startDockerd(alone)).rejects.toThrow('no such storage');
});

it('starts none beside another one', async () => {
  await expect(startDockerd({ others: [4711] })).rejects.toThrow('4711');
});

it('takes the rules of an engine back, and only those', () => {
  const before =
    '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [3:4]\n:MINE - [0:0]\n-A INPUT -j MINE\nCOMMIT\n';
  const after =
    '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [9:9]\n:MINE - [0:0]\n:LATER - [0:0]\n:DOCKER - [0:0]\n:DOCKER-USER - [0:0]\n' +
    '-A INPUT -j MINE\n-A INPUT -j LATER\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j RETURN\nCOMMIT\n' +
    '*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\nCOMMIT\n';
  expect(undoing(before, after)).toBe(
    '*filter\n:FORWARD ACCEPT [0:0]\n-D FORWARD -j DOCKER-USER\n-F DOCKER\n-F DOCKER-USER\n-X DOCKER\n-X DOCKER-USER\nCOMMIT\n' +
      '*nat\n-D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n-F DOCKER\n-X DOCKER\nCOMMIT\n',
  );
  expect(undoing(after, after)).toBe('');
});

it.skipIf(!needs.root || !needs.docker)('takes them back for real', () => {
  const steps = [
    'iptables -A INPUT -p tcp --dport 9 -j DROP; iptables-save >"$1/before"',
    'iptables -N DOCKER; iptables -A FORWARD -o br-0123456789ab -j DOCKER; iptables -P FORWARD DROP',
    `node --input-type=module -e '
      import { readFileSync } from "node:fs";
      import { restoreFirewall } from "${new URL('../support/firewall.mjs', import.meta.url)}";
      restoreFirewall({ iptables: readFileSync(process.argv[1], "utf8"), ip6tables: "" });' "$1/before"`,
    'iptables-save >"$1/after"',
  ];
  const folder = temporaryFolder();
  execFileSync('unshare', ['--net', 'sh', '-ec', steps.join('\n'), 'sh', folder]);
  const rules = (name: string) => readFileSync(join(folder, name), 'utf8').replace(/^#.*\n/gm, '');
  expect(rules('after')).toBe(rules('before'));
});
