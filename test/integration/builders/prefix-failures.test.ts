import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prefixIdOf } from '../../../repo2vc/src/builders/prefix/index.ts';
import { chooseInterpreter } from '../../../repo2vc/src/builders/prefix/interpreter.ts';
import { guarded } from '../../../repo2vc/src/builders/prefix/uv.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';
import { everyTestNeeds, needs } from '../../support/needs.ts';
import { build, buildContext, buildPrefix, buildTarget, left, specOf } from '../../support/prefix.ts';
import { childrenOf, commandOf, until } from '../../support/processes.ts';
import { makeWheel } from '../../support/python-packages.ts';

everyTestNeeds('pip');

const closed = 'http://127.0.0.1:9/simple';

test('no network: the failure says so, and that a retry may help', async () => {
  const variables = { UV_DEFAULT_INDEX: closed, UV_HTTP_RETRIES: '0', UV_CACHE_DIR: temporaryFolder() };
  const context = await buildContext(variables);
  await expect(build(['certainly-not-cached'], context)).rejects.toMatchObject({
    code: 'packages-unreachable',
    retryable: true,
  });
  expect(left(context)).toEqual([]);
});

test('no network, and no uv either', async () => {
  const environment = {
    ...process.env,
    PIP_INDEX_URL: closed,
    PIP_EXTRA_INDEX_URL: closed,
    PIP_FIND_LINKS: '',
    PATH: (process.env.PATH ?? '')
      .split(':')
      .filter((folder) => !existsSync(join(folder, 'uv')))
      .join(':'),
  };
  const context = testContext({ environment });
  const choosing = chooseInterpreter('main', specOf([], ['3.11']), context);
  await expect(choosing).rejects.toMatchObject({ code: 'packages-unreachable', retryable: true });
  expect(
    readdirSync(join(context.places.cache, 'tools')).filter((name) => !name.startsWith('lock.')),
  ).toEqual([]);
});

test('no Python', async () => {
  const context = testContext({ environment: { PATH: '/nowhere' } });
  for (const python of ['any', ['3.11']] as const) {
    const spec = specOf([], python === 'any' ? 'any' : [...python]);
    await expect(chooseInterpreter('main', spec, context)).rejects.toMatchObject({
      code: 'python-missing',
      hint: expect.stringContaining('apt-get install python3'),
    });
  }
});

test('Python without pip, where uv must be fetched', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'python3'), '#!/bin/sh\nexec /usr/bin/python3 -I -S "$@"\n', { mode: 0o755 });
  const context = testContext({ environment: { PATH: folder } });
  const choosing = chooseInterpreter('main', specOf([], ['3.11']), context);
  await expect(choosing).rejects.toMatchObject({
    code: 'pip-missing',
    hint: expect.stringContaining('apt-get install python3-pip'),
  });
});

test('a Python that is not there: what is, and how to get it', async () => {
  const context = await buildContext();
  const choosing = chooseInterpreter('main', specOf([], ['3.99']), context);
  await expect(choosing).rejects.toMatchObject({
    code: 'python-version-missing',
    message: expect.stringMatching(/3\.99.*this computer has 3\./),
    hint: expect.stringContaining('python install 3.99'),
  });
});

test('packages that are not there, and packages that contradict each other', async () => {
  const links = temporaryFolder();
  makeWheel(links, 'small', '1.0');
  makeWheel(links, 'large', '1.0', ['small>=2']);
  const context = await buildContext({ UV_FIND_LINKS: links });
  const cases = [
    [['no-such-package-here-at-all'], 'no-such-package'],
    [['six==1000'], 'no-such-package'],
    [['large', 'small==1.0'], 'requirements-conflict'],
    [['six<1.10', 'six>1.12'], 'requirements-conflict'],
  ] as const;
  for (const [requirements, code] of cases) {
    await expect(build(requirements, context)).rejects.toMatchObject({ code });
  }
  expect(left(context)).toEqual([]);
});

test('a build that fails shows what was said last', async () => {
  const links = temporaryFolder();
  writeFileSync(join(links, 'damaged-1.0.tar.gz'), 'no archive');
  const context = await buildContext({ UV_FIND_LINKS: links });
  await expect(build(['damaged'], context, true)).rejects.toMatchObject({
    code: 'build-failed',
    message: expect.stringContaining('damaged'),
    args: { lines: expect.arrayContaining([expect.stringContaining('damaged')]) },
  });
  expect(left(context)).toEqual([]);
});

test.skipIf(!needs.root)('a full disk', async () => {
  const context = await buildContext();
  mkdirSync(context.places.cache);
  const mount = ['-t', 'tmpfs', '-o', 'size=2m,mode=755', 'repo2vc-test', context.places.cache];
  expect(spawnSync('mount', mount).status).toBe(0);
  onTestFinished(() => void spawnSync('umount', [context.places.cache]));
  await expect(build(['ipykernel'], context)).rejects.toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining('disk is full'),
  });
  expect(left(context)).toEqual([]);
});

/** An index that never answers. */
async function silentIndex(): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
}

test('uv killed in the middle of a build: a failure, nothing half-built, and the next build is whole', async () => {
  const silent = await buildContext({
    UV_DEFAULT_INDEX: await silentIndex(),
    UV_CACHE_DIR: temporaryFolder(),
  });
  const building = build(['six'], silent);
  const outcome = expect(building).rejects.toMatchObject({ code: 'build-failed' });
  await until(() => childrenOf(process.pid, 'compile').length > 0);
  for (const pid of childrenOf(process.pid, 'compile')) process.kill(pid, 'SIGKILL');
  await outcome;
  expect(left(silent)).toEqual([]);
  const context = { ...(await buildContext()), places: silent.places };
  expect((await build(['six'], context)).lock.packages).toHaveLength(1);
});

test('an interruption ends uv and leaves nothing; so does one while waiting for another build', async () => {
  const stop = new AbortController();
  const variables = { UV_DEFAULT_INDEX: await silentIndex(), UV_CACHE_DIR: temporaryFolder() };
  const context = await buildContext(variables, { signal: stop.signal });
  const outcomes = [0, 1].map(() =>
    expect(build(['six'], context)).rejects.toMatchObject({ code: 'interrupted' }),
  );
  await until(() => childrenOf(process.pid, 'compile').length > 0);
  stop.abort();
  await Promise.all(outcomes);
  expect(childrenOf(process.pid, 'compile')).toEqual([]);
  expect(left(context)).toEqual([]);
});

test('what an attempt that was killed left is removed by the next one', async () => {
  const context = await buildContext();
  const spec = specOf(['six']);
  const interpreter = await chooseInterpreter('main', spec, context);
  const target = buildTarget(interpreter);
  const folder = join(context.places.cache, 'prefixes', prefixIdOf(spec, { ...target, interpreter }));
  mkdirSync(join(folder, 'abcdefgh', 'prefix', 'bin'), { recursive: true });
  chmodSync(join(folder, 'abcdefgh', 'prefix'), 0o500);
  writeFileSync(join(folder, 'lock.json'), '{}');
  const { prefix } = await buildPrefix(spec, target, context);
  expect(existsSync(join(folder, 'abcdefgh'))).toBe(false);
  expect(existsSync(prefix)).toBe(true);
});

test('programs that build do not outlive us', async () => {
  const argv = JSON.stringify(guarded(['sleep', '4711']));
  const start = `const argv = ${argv}; require('child_process').spawn(argv[0], argv.slice(1), { detached: true });`;
  const parent = spawn(process.execPath, ['-e', start], { stdio: 'ignore' });
  await until(() => childrenOf(parent.pid ?? 0, '4711').some((pid) => commandOf(pid) === 'sleep 4711'));
  const [child = 0] = childrenOf(parent.pid ?? 0, '4711');
  parent.kill('SIGKILL');
  await until(() => commandOf(child) === '');
});
