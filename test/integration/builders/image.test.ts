import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageBuilder } from '../../../repo2vc/src/builders/image/index.ts';
import { baseImage } from '../../support/base-image.mjs';
import { call } from '../../support/engine-api.mjs';
import { failureOf } from '../../support/failures.ts';
import {
  buildFiles,
  building,
  buildSpec,
  engine,
  findsJupyter,
  inspect,
  leftOf,
  printed,
  warnings,
} from '../../support/images.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { specOf } from '../../support/prefix.ts';

everyTestNeeds('docker');

describe('packages of Python', () => {
  test('are built into an image with exactly them, once', async () => {
    const tools = await building();
    const spec = specOf(['six==1.16.0', 'idna>=3']);
    const built = await buildSpec(spec, tools);
    const base = await inspect(baseImage);
    expect(built).toMatchObject({
      ...{
        builder: 'image',
        user: { uid: 1000, gid: 1000, name: 'jovyan' },
        home: '/home/jovyan',
        entrypoint: [],
      },
      lock: {
        interpreter: { implementation: 'cpython', version: expect.stringMatching(/^3\.11\./) },
        platform: { os: 'linux', libc: 'of-the-image' },
        packages: [
          { name: 'idna' },
          { name: 'six', version: '1.16.0', hashes: Array(2).fill(expect.stringMatching(/^sha256:/)) },
        ],
        images: [{ name: 'python:3.10-slim-bookworm', used: baseImage, image: base.Id }],
      },
    });
    expect(built.lock.system).toContainEqual({
      name: 'bash',
      version: expect.any(String),
      architecture: 'amd64',
    });
    const image = await inspect(`repo2vc/environment:${built.id}`);
    expect(image).toMatchObject({
      Id: built.image,
      Config: { User: '1000:1000', Labels: { 'repo2vc.environment': built.id } },
    });
    expect(image.Config.Labels).not.toHaveProperty('repo2vc.cluster');
    expect(await leftOf(tools)).toEqual([]);

    expect(await buildSpec(spec, tools)).toEqual(built);
    const codes = tools.events.map((event) => event.code);
    expect(codes.filter((code) => /^environment-/.test(code))).toEqual([
      ...['environment-building', 'environment-built', 'environment-reused'],
    ]);
  });

  test('whose image was taken away, or its tag given to another, are there again', async () => {
    const tools = await building();
    const spec = specOf(['six==1.15.0']);
    const { id, image } = await buildSpec(spec, tools);
    const tag = `repo2vc/environment:${id}`;
    await call(await engine(), 'POST', `/images/${baseImage}/tag?repo=repo2vc/environment&tag=${id}`);
    expect((await buildSpec(spec, tools)).image).toBe(image);
    expect((await inspect(tag)).Id).toBe(image);
    // without our own record, whatever has our tag is not ours
    rmSync(join(tools.places.cache, 'images'), { recursive: true });
    await call(await engine(), 'POST', `/images/${baseImage}/tag?repo=repo2vc/environment&tag=${id}`);
    const again = await buildSpec(spec, tools);
    expect((await inspect(tag)).Id).toBe(again.image);
    expect(again.image).not.toBe((await inspect(baseImage)).Id);
    await call(await engine(), 'DELETE', `/images/${tag}`);
    expect((await inspect((await buildSpec(spec, tools)).image)).Id).toBeDefined();
  });

  test('are built once for two who want them at the same time', async () => {
    const one = await building();
    const other = { ...(await building()), places: one.places };
    const spec = specOf(['six==1.14.0']);
    const [first, second] = await Promise.all([buildSpec(spec, one), buildSpec(spec, other)]);
    expect(first).toEqual(second);
    const codes = [...one.events, ...other.events].map((event) => event.code);
    expect(codes.filter((code) => code === 'environment-built')).toHaveLength(1);
    expect(codes.filter((code) => code === 'environment-reused')).toHaveLength(1);
    expect([...warnings(one), ...warnings(other)]).toContain('waiting-for-builder');
  });

  test('that have no wheel are built after consent alone', async () => {
    const tools = await building();
    const spec = specOf(['docopt==0.6.2']);
    const platform = await imageBuilder.platform(tools);
    const base = await imageBuilder.chooseBase('main', spec, tools);
    expect(await imageBuilder.build('main', spec, { platform, base, sourceBuilds: false }, tools)).toEqual({
      needs: [{ kind: 'consent', to: 'source-builds', packages: ['docopt'] }],
    });
    const built = await buildSpec(spec, tools, true);
    expect(built.lock.packages).toMatchObject([{ name: 'docopt', version: '0.6.2' }]);
  });

  test('that take more memory to choose than there may be are told so', async () => {
    const tools = await building();
    await buildSpec(specOf([]), tools);
    const containers = async () => ({ ...(await tools.containers()), buildMemoryMiB: 32 });
    const many = specOf(Array(100_000).fill('six>=1.0'));
    const failure = await failureOf(() => buildSpec(many, { ...tools, containers }));
    expect(failure).toMatchObject({
      code: 'build-out-of-memory',
      args: { memoryMiB: 32, step: 'uv pip compile' },
    });
    expect(await leftOf(tools)).toEqual([]);
  });

  test('that nobody has are named', async () => {
    const tools = await building();
    const failure = await failureOf(() => buildSpec(specOf(['repo2vc-no-such-package==9']), tools));
    expect(failure).toMatchObject({ code: 'no-such-package' });
    expect(await leftOf(tools)).toEqual([]);
    expect(readdirSync(join(tools.places.cache, 'images'), { recursive: true }).join()).not.toContain(
      'complete.json',
    );
  });
});

describe('a Dockerfile', () => {
  const usable = `FROM python:3.11\n${findsJupyter}\n`;

  test('is built from the files around it, and sees nothing that we add', async () => {
    const tools = await building();
    const files = {
      Dockerfile: [
        '# syntax=docker/dockerfile:1',
        'ARG V=3.11',
        'FROM python:$V AS made',
        'RUN echo made > /made',
        `FROM python:$V`,
        findsJupyter,
        'ARG NB_USER NB_UID',
        'RUN test $NB_UID = 1000',
        'RUN useradd --create-home --uid $NB_UID $NB_USER',
        'WORKDIR /all',
        'COPY . .',
        'COPY --from=made /made .',
        'RUN echo "there:" $(find . -type f | sort)',
        'USER $NB_USER',
        'ENTRYPOINT ["/usr/bin/env"]',
        '',
      ].join('\n'),
      '.dockerignore': 'secret\n*.log\n',
      'a.txt': 'a',
      'b/c d.txt': 'c',
      'b/x.log': '',
      'c.log': '',
      secret: 'x',
    };
    const built = await buildFiles(files, tools);
    expect(printed(tools)).toContain(
      'there: ./.dockerignore ./Dockerfile ./a.txt ./b/c d.txt ./b/x.log ./made',
    );
    expect(built).toMatchObject({
      ...{
        user: { uid: 1000, gid: 1000, name: 'jovyan' },
        home: '/home/jovyan',
        entrypoint: ['/usr/bin/env'],
      },
      lock: {
        images: [{ name: 'python:3.11', used: baseImage }],
        interpreter: { implementation: 'cpython' },
      },
    });
    expect(built.lock.packages.find(({ name }) => name === 'pip')).toMatchObject({ hashes: [] });
    expect(await leftOf(tools)).toEqual([]);
    // somewhere else, by another umask, it is the same
    const elsewhere = await building();
    const umask = process.umask(0o077);
    const again = await buildFiles(files, elsewhere).finally(() => process.umask(umask));
    expect(again.id).toBe(built.id);
  });

  test('runs on a network of its own, within limits, and reaches no engine', async () => {
    const tools = await building({ buildMemoryMiB: 200 });
    const lines = [
      'RUN echo memory $(cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max)',
      "RUN echo devices $(tail -n +3 /proc/net/dev | sed 's/:.*//')",
      'RUN echo address $(hostname -I)',
      'RUN ! test -e /var/run/docker.sock',
      'RUN echo capabilities $(grep CapBnd /proc/self/status)',
    ];
    await buildFiles({ Dockerfile: usable + lines.join('\n') }, tools);
    expect(printed(tools)).toEqual(
      expect.arrayContaining([
        `memory ${200 * 1024 * 1024}`,
        'devices lo eth0',
        expect.stringMatching(/^address 10\.213\./),
      ]),
    );
    expect(printed(tools)).not.toContainEqual(expect.stringMatching(/^capabilities .*(1f|3f)ffffffff$/));
  });

  test("trusts the computer's authorities where it names some, else whom it trusts by itself", async () => {
    const own = await building({ authorities: 'none' });
    const files = { Dockerfile: usable };
    const without = await buildFiles(files, own);
    expect((await inspect(without.image)).Config.Env.join()).not.toContain('SSL_CERT_FILE');
    const containers = async () => ({
      ...(await own.containers()),
      authorities: '/etc/ssl/certs/ca-certificates.crt',
    });
    const given = await buildFiles(files, { ...own, containers });
    expect(given).toMatchObject({ id: without.id });
    expect(given.image).not.toBe(without.image);
    const { Env } = (await inspect(given.image)).Config;
    expect(Env).toContain('SSL_CERT_FILE=/opt/repo2vc/ca.pem');
    const none = {
      ...own,
      containers: async () => ({ ...(await own.containers()), authorities: '/nowhere.pem' }),
    };
    expect(await failureOf(() => buildFiles(files, none))).toMatchObject({ code: 'authorities-unreadable' });
  });

  test('that needs BuildKit is built by it, which is told', async () => {
    const tools = await building();
    const files = {
      Dockerfile: `FROM python:3.11\nCOPY --chmod=755 a /usr/local/bin/jupyter-lab\n`,
      a: '#!/bin/sh\n',
    };
    expect(await buildFiles(files, tools)).toMatchObject({ user: { uid: 0 }, home: '/root' });
    expect(warnings(tools)).toContain('build-by-buildkit');
    const wrong = { Dockerfile: 'FROM python:3.11\nCOPY --chmod=644 nothing /x\n' };
    const failure = await failureOf(async () => buildFiles(wrong, await building()));
    expect(failure).toMatchObject({
      code: 'build-failed',
      args: { step: expect.stringContaining('COPY --chmod=644') },
    });
  });
});
