import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { dockerFor } from '../../../repo2vc/src/io/docker/client.ts';
import { hashOf } from '../../../repo2vc/src/model/index.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { fakeEngine, fakeVersion, listenUntilEnd } from '../../support/fake-engine.ts';

const connectWith = (environment: Record<string, string>) => dockerFor(testContext({ environment }));

it('the address is that of the current context of the Docker command line', async () => {
  const engine = await fakeEngine((_, response) => response.end('{}'));
  const home = temporaryFolder();
  const folder = join(home, '.docker');
  const meta = join(folder, 'contexts', 'meta', hashOf('lab'));
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'lab' }));
  const host = `unix://${engine.socketPath}`;
  writeFileSync(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: 'lab', Endpoints: { docker: { Host: host } } }),
  );
  expect((await connectWith({ HOME: home })).host).toBe(host);
  expect((await failureOf(() => connectWith({ HOME: home, DOCKER_CONTEXT: 'gone' }))).code).toBe(
    'engine-address',
  );
  const set = await failureOf(() => connectWith({ HOME: home, DOCKER_HOST: 'unix:///nowhere' }));
  expect(set.code).toBe('no-engine');
});

it.each([
  'npipe:////./pipe/docker_engine',
  'nonsense://x',
  'unix://docker.sock',
  'ssh://-oProxyCommand=x',
  '://',
])('the address is not %s', async (address) => {
  expect((await failureOf(() => connectWith({ DOCKER_HOST: address }))).code).toBe('engine-address');
});

it('the address may be one with TLS, whose certificate is checked', async () => {
  const tls = fileURLToPath(new URL('../../support/fixtures/tls/', import.meta.url));
  const [key, cert] = ['key', 'certificate'].map((name) => readFileSync(join(tls, `${name}.pem`)));
  const server = createSecureServer({ key, cert }, (_, response) =>
    response.end(JSON.stringify(fakeVersion)),
  );
  await listenUntilEnd(server as never, 0, '127.0.0.1');
  const certificates = temporaryFolder();
  const DOCKER_HOST = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
  expect((await failureOf(() => connectWith(environment))).code).toBe('engine-untrusted');
  copyFileSync(join(tls, 'certificate.pem'), join(certificates, 'ca.pem'));
  const docker = await connectWith({ ...environment });
  expect([docker.host, docker.local]).toEqual([DOCKER_HOST, false]);
});

it('the address may be one that ssh leads to', async () => {
  const engine = await fakeEngine((_, response) => response.end('{"x":1}'));
  const bin = temporaryFolder();
  // Does what ssh -L does with a socket, and ends with its standard input, as its remote command would.
  const script = `#!${process.execPath}
const net = require('node:net');
const argv = process.argv.slice(2);
require('node:fs').writeFileSync('${join(bin, 'argv')}', argv.join(' '));
require('node:fs').writeFileSync('${join(bin, 'pid')}', String(process.pid));
if (argv.includes('nowhere')) { console.error('ssh: Could not resolve hostname nowhere'); process.exit(255); }
const [from] = argv[argv.indexOf('-L') + 1].split(':');
net.createServer((a) => { const b = net.connect('${engine.socketPath}'); a.pipe(b).pipe(a); }).listen(from);
process.stdin.resume().on('end', () => process.exit(0));
`;
  writeFileSync(join(bin, 'ssh'), script, { mode: 0o755 });
  const stop = new AbortController();
  const environment = { PATH: bin, DOCKER_HOST: 'ssh://me@lab:2222' };
  const docker = await dockerFor(testContext({ environment, signal: stop.signal }));
  expect([docker.host, docker.local]).toEqual(['ssh://me@lab', false]);
  expect(await docker.request({ method: 'GET', path: '/info', signal: stop.signal })).toEqual({ x: 1 });
  expect(readFileSync(join(bin, 'argv'), 'utf8')).toMatch(/BatchMode=yes .*-p 2222 -L .* -- me@lab cat$/);
  const pid = Number(readFileSync(join(bin, 'pid'), 'utf8'));
  const socket = /-L (\S+):/.exec(readFileSync(join(bin, 'argv'), 'utf8'))?.[1] ?? '';
  expect(existsSync(socket)).toBe(true);
  // When the connection breaks nothing is left of it, and the next command makes a new one.
  process.kill(pid);
  await expect.poll(() => existsSync(dirname(socket))).toBe(false);
  const failure = await failureOf(() => connectWith({ PATH: bin, DOCKER_HOST: 'ssh://nowhere' }));
  expect([failure.code, failure.message]).toEqual([
    'no-engine',
    expect.stringContaining('Could not resolve hostname nowhere'),
  ]);
});
