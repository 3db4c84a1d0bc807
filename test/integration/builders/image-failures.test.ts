import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { call } from '../../support/engine-api.mjs';
import { failureOf } from '../../support/failures.ts';
import {
  type Building,
  buildFiles,
  building,
  buildSpec,
  engine,
  findsJupyter,
  leftOf,
  planDockerfile,
  printed,
  warnings,
} from '../../support/images.ts';
import { everyTestNeeds } from '../../support/needs.ts';

everyTestNeeds('docker');

const from = (...lines: string[]) => ({ Dockerfile: `FROM python:3.11\n${lines.join('\n')}\n` });

/** The failure that a build ends with; nothing but images is left of it. */
async function failed(files: Readonly<Record<string, string>>, tools?: Building) {
  const used = tools ?? (await building());
  const failure = await failureOf(() => buildFiles(files, used));
  expect(await leftOf(used)).toEqual([]);
  const [id] = used.events.flatMap((event) => (event.code === 'environment-building' ? event.args.id : []));
  const image = await call(await engine(), 'GET', `/images/repo2vc/environment:${id}/json`);
  expect(image.status).toBe(404);
  return failure;
}

describe('a Dockerfile that does not do', () => {
  test('is told by the step that failed and its last lines, fit to be kept', async () => {
    const tools = await building();
    const step = [
      'RUN for i in $(seq 60); do echo line $i; done',
      "printf '\\033[31mred\\033[0m\\n\\377\\376\\n'",
      'echo cloning https://me:hunter2@host/x >&2; exit 3',
    ].join('; ');
    const failure = await failed(from('RUN echo good', step), tools);
    expect(failure).toMatchObject({ code: 'build-failed', retryable: false, args: { code: 3 } });
    expect(failure.args.step).toContain('for i in $(seq 60)');
    const lines = failure.args.lines as string[];
    expect(lines).toHaveLength(40);
    expect(lines).toEqual(expect.arrayContaining(['line 60', 'red']));
    expect(printed(tools)).toContain('cloning https://***@host/x');
    expect(lines).not.toContain('good');
    expect(JSON.stringify([failure.message, failure.args, tools.events])).not.toMatch(/hunter2|\\u001b/);
  });

  test('is told when the engine cannot read it, with its line', async () => {
    const failure = await failed(from('', 'FOO bar'));
    expect(failure.code).toBe('invalid-dockerfile');
    expect(failure.message).toMatch(/line 3.*FOO/);
  });

  test.each([
    ['nothing in it opens a notebook', from('RUN true'), 'no-jupyter', 'python3 -m pip install jupyterlab'],
    ['nothing in it starts', { Dockerfile: 'FROM scratch\nCOPY a /\n', a: '' }, 'image-not-usable', 'debian'],
    ['its user is not there', from(findsJupyter, 'USER nobody-here'), 'image-not-usable', 'debian'],
    ['what nodes need is not there', from(findsJupyter, 'RUN rm /bin/sleep'), 'image-not-usable', 'debian'],
  ])('is told when %s', async (_, files, code, hint) => {
    const failure = await failed(files);
    expect(failure.code).toBe(code);
    expect(failure.hint).toContain(hint);
  });

  test('is told when it asks for more memory than there may be', async () => {
    const eats = 'RUN python3 -c "x = bytearray(400 << 20)"';
    const tools = await building({ buildMemoryMiB: 100 });
    expect(await failed(from(eats), tools)).toMatchObject({
      code: 'build-out-of-memory',
      args: { memoryMiB: 100 },
    });
    // also where the step only passes on that a program of its was killed
    expect((await failed(from(`${eats} || exit 1`), tools)).code).toBe('build-out-of-memory');
  });

  test('is told when the disk is full', async () => {
    const fills = 'RUN mkdir /d && echo "cp: error writing: No space left on device" >&2; exit 1';
    expect((await failed(from(fills))).code).toBe('disk-full');
  });

  test('is ended when it prints without end, or takes too long', async () => {
    const endless = await building();
    expect((await failed(from('RUN yes it goes on and on'), endless)).code).toBe('build-output-endless');
    expect(printed(endless).length).toBeLessThan(21_000);
    expect(warnings(endless)).toContain('build-output-cut');
    const slow = await building({ buildMinutes: 5 / 60 });
    expect((await failed(from('RUN sleep 1000'), slow)).code).toBe('build-too-long');
  });

  test('is ended when its image becomes too large, in one step or in several', async () => {
    const tools = await building({ imageMiB: 500 });
    const write = (name: string) => `RUN head -c 200000000 /dev/zero >/${name}`;
    for (const steps of [
      'RUN head -c 2000000000 /dev/zero >/big; sleep 1000',
      `${write('a')}\n${write('b')}; sleep 1000`,
    ]) {
      expect((await failed(from(steps), tools)).code).toBe('image-too-large');
    }
  });
});

describe('a build that is interrupted', () => {
  test('leaves no container and no network', async () => {
    const stop = new AbortController();
    const tools = await building({}, { signal: stop.signal });
    const emit: Building['emit'] = (event) => {
      tools.emit(event);
      if (event.code === 'build-output' && event.args.line === 'running') stop.abort();
    };
    const step = `RUN echo running; sleep 1000 # ${tools.owner}`;
    expect((await failed(from(step), { ...tools, emit })).code).toBe('interrupted');
    const { text } = await call(await engine(), 'GET', '/containers/json?all=1');
    expect(text).not.toContain(tools.owner);
  });

  test('by the end of the engine is told so, and what is left has an end', async () => {
    const tools = await building();
    const cut = await cuttable(await engine(), tools);
    const emit: Building['emit'] = (event) => {
      tools.emit(event);
      if (event.code === 'build-output' && event.args.line === 'running') cut.now();
    };
    const environment = { ...tools.environment, DOCKER_HOST: cut.host };
    const failure = await failureOf(() =>
      buildFiles(from('RUN echo running; sleep 1000'), { ...tools, emit, environment }),
    );
    expect(failure).toMatchObject({ code: 'engine-gone', retryable: true });
    expect(warnings(tools)).toContain('build-leftovers');
    const [network = '', ...more] = await leftOf(tools);
    expect(network).toMatch(/^repo2vc-build-/);
    expect(more).toEqual([]);
    await expect
      .poll(async () => (await call(await engine(), 'DELETE', `/networks/${network}`)).status)
      .toBe(204);
  });
});

describe('the files around a Dockerfile', () => {
  const listing = [findsJupyter, 'WORKDIR /all', 'COPY . .', 'RUN echo "there:" $(find . | sort)'];

  test('that no snapshot holds are not sent', async () => {
    const tools = await building();
    const spec = await planDockerfile({ ...from(...listing), 'a.txt': 'a' }, tools);
    const folder = join(tools.runFolder, 'snapshot');
    symlinkSync('/etc/passwd', join(folder, 'link'));
    symlinkSync('/etc', join(folder, 'folder'));
    expect(spawnSync('mkfifo', [join(folder, 'pipe')]).status).toBe(0);
    const server = createServer().listen(join(folder, 'socket'));
    onTestFinished(() => void server.close());
    await buildSpec(spec, tools);
    expect(printed(tools)).toContain('there: . ./Dockerfile ./a.txt');
  });

  const spoiled = async (spoil: (folder: string) => void, settings = {}) => {
    const tools = await building(settings);
    const spec = await planDockerfile({ ...from(...listing), 'a.txt': 'a' }, tools);
    spoil(join(tools.runFolder, 'snapshot'));
    const failure = await failureOf(() => buildSpec(spec, tools));
    expect(await leftOf(tools)).toEqual([]);
    expect(printed(tools).filter((line) => line.startsWith('RUN'))).toEqual([]);
    return failure;
  };

  test('that are not those that were fetched are refused', async () => {
    const changes = [
      (folder: string) => writeFileSync(join(folder, 'a.txt'), 'b'),
      (folder: string) => writeFileSync(join(folder, 'more.txt'), ''),
      (folder: string) => mkdirSync(join(folder, 'sub')) ?? writeFileSync(join(folder, 'sub', 'a'), ''),
    ];
    for (const change of changes) expect((await spoiled(change)).code).toBe('context-changed');
  });

  test('with a name that hides, or too many bytes, are refused', async () => {
    expect((await spoiled((folder) => writeFileSync(join(folder, 'a\nb'), ''))).code).toBe('unsafe-path');
    const sparse = await spoiled((folder) => truncateSync(join(folder, 'a.txt'), 6 * 1024 ** 3));
    expect(sparse).toMatchObject({ code: 'context-too-large', args: { most: 5 * 1024 ** 3 } });
    expect(
      (await spoiled((folder) => truncateSync(join(folder, 'a.txt'), 2 * 1024 ** 2), { contextMiB: 1 })).code,
    ).toBe('context-too-large');
  });
});

/** A way to an engine that can be cut, as when the engine ends. */
async function cuttable(host: string, { folder }: Building) {
  const path = join(folder, 'engine.sock');
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const there = connect(host.slice('unix://'.length));
    for (const socket of [client, there]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => [client, there].forEach((one) => void one.destroy()));
    }
    client.pipe(there).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const now = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  onTestFinished(now);
  return { host: `unix://${path}`, now };
}
