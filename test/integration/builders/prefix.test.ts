import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../../repo2vc/src/io/processes.ts';
import type { PrefixEnvironment } from '../../../repo2vc/src/model/index.ts';
import { temporaryFolder } from '../../support/context.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { type Building, build, buildContext } from '../../support/prefix.ts';
import { makeWheel } from '../../support/python-packages.ts';

everyTestNeeds('pip');

async function say(environment: PrefixEnvironment, code: string): Promise<string> {
  const ran = await run([join(environment.prefix, 'bin', 'python'), '-c', code], { env: {} });
  return ran.stdout.toString().trim();
}

const told = (context: Building) =>
  context.events.map((event) => event.code).filter((code) => code.startsWith('environment'));

test('a prefix holds what was asked for, locked, and is not built again', async () => {
  const context = await buildContext();
  const environment = await build(['six==1.16.0', 'ipykernel'], context);
  expect(await say(environment, 'import six, ipykernel; print(six.__version__)')).toBe('1.16.0');
  const six = environment.lock.packages.find((one) => one.name === 'six');
  expect(six).toMatchObject({ version: '1.16.0' });
  expect(six?.hashes).toContain('sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254');
  expect(await build(['six==1.16.0', 'ipykernel'], context)).toEqual(environment);
  expect(told(context)).toEqual(['environment-building', 'environment-built', 'environment-reused']);
});

test('everybody can read a prefix and run from it without writing, whatever the umask is', async () => {
  const context = await buildContext();
  const before = process.umask(0o077);
  try {
    const { prefix } = await build(['six'], context);
    const unreadable = walk(context.places.cache).filter((path) => {
      const { mode } = statSync(path);
      return (mode & 0o044) !== 0o044 || (mode & 0o022) !== 0;
    });
    expect(unreadable.filter((path) => path.startsWith(prefix))).toEqual([]);
    expect(statSync(join(context.places.cache, 'prefixes')).mode & 0o777).toBe(0o755);
    expect(walk(prefix).some((path) => path.endsWith('.pyc'))).toBe(true);
  } finally {
    process.umask(before);
  }
});

test('of two builds at once, one builds and the other waits for it', async () => {
  const first = await buildContext();
  const second = { ...(await buildContext()), places: first.places };
  const [one, other] = await Promise.all([build(['six'], first), build(['six'], second)]);
  expect(one).toEqual(other);
  expect([...told(first), ...told(second)].sort()).toEqual([
    'environment-building',
    'environment-built',
    'environment-reused',
  ]);
});

test('an empty list of requirements gives an environment too', async () => {
  const environment = await build([], await buildContext());
  expect(environment.lock.packages).toEqual([]);
  expect(await say(environment, 'print(1)')).toBe('1');
});

test("a person's own files for uv and Python change nothing", async () => {
  const links = temporaryFolder();
  makeWheel(links, 'small', '1.0');
  const context = await buildContext({
    UV_FIND_LINKS: links,
    UV_RESOLUTION: 'lowest',
    VIRTUAL_ENV: '/nowhere',
    PYTHONPATH: links,
  });
  makeWheel(links, 'small', '2.0');
  const environment = await build(['small'], context);
  expect(environment.lock.packages[0]).toMatchObject({ name: 'small', version: '2.0' });
});

test('the hashes that the author wrote are the ones that count', async () => {
  const context = await buildContext();
  const right = 'sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254';
  const environment = await build([`six==1.16.0 --hash=${right}`], context);
  expect(environment.lock.packages[0]?.hashes).toEqual([right]);
  const wrong = build([`six==1.16.0 --hash=sha256:${'0'.repeat(64)}`], context);
  await expect(wrong).rejects.toMatchObject({ code: 'checksum-mismatch' });
});

test('packages come from where the requirements say, too', async () => {
  const context = await buildContext();
  const wheels = temporaryFolder();
  makeWheel(wheels, 'nowhereelse', '1.0');
  const [wheel = ''] = readdirSync(wheels);
  const server = createServer((request, response) => {
    if (request.url === '/simple/nowhereelse/')
      response.setHeader('content-type', 'text/html').end(`<!DOCTYPE html><a href="/${wheel}">${wheel}</a>`);
    else if (request.url === `/${wheel}`) response.end(readFileSync(join(wheels, wheel)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
  const environment = await build([`--extra-index-url ${index}`, 'nowhereelse'], context);
  expect(environment.lock.packages).toMatchObject([{ name: 'nowhereelse', version: '1.0' }]);
});

test('a prefix whose interpreter is gone is built anew', async () => {
  const context = await buildContext();
  const environment = await build(['six'], context);
  const folder = join(environment.prefix, '..', '..');
  const marker = JSON.parse(readFileSync(join(folder, 'complete.json'), 'utf8')) as PrefixEnvironment;
  expect(marker).toEqual(environment);
  const gone = await run(['rm', join(environment.prefix, 'bin', 'python')], { env: process.env });
  expect(gone.code).toBe(0);
  const anew = await build(['six'], context);
  expect(anew.prefix).not.toBe(environment.prefix);
  expect(readdirSync(folder).filter((name) => !name.includes('.json'))).toHaveLength(1);
  expect(await say(anew, 'import six; print(1)')).toBe('1');
});

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return [path, ...walk(path)];
    return entry.isFile() ? [path] : [];
  });
}
