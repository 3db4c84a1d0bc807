import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { imageBuilder, imageIdOf } from '../../../repo2vc/src/builders/image/index.ts';
import { pulledTag } from '../../../repo2vc/src/builders/image/names.ts';
import { baseImage } from '../../support/base-image.mjs';
import { call } from '../../support/engine-api.mjs';
import { failureOf } from '../../support/failures.ts';
import {
  type Building,
  buildFiles,
  building,
  buildSpec,
  engine,
  inspect,
  planDockerfile,
  warnings,
} from '../../support/images.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { specOf } from '../../support/prefix.ts';
import { registry } from '../../support/registry.ts';

everyTestNeeds('docker');

describe('the image to build on', () => {
  /** A name for an image, which goes when the test has finished. */
  const tagged = async (lines: string) => {
    const name = `repo2vc-test/own-${randomBytes(6).toString('hex')}`;
    const host = await engine();
    onTestFinished(async () => void (await call(host, 'DELETE', `/images/${name}:x`)));
    const { pack } = await import('tar-stream');
    const tag = async (text: string) => {
      const tar = pack();
      tar.entry({ name: 'Dockerfile' }, text);
      tar.finalize();
      await call(host, 'POST', `/build?t=${name}:x&networkmode=none&rm=1`, { upload: tar as never });
    };
    await tag(`FROM ${baseImage}\n${lines}`);
    return { name: `${name}:x`, tag };
  };
  const onIt = (used: string) => building({ baseImages: { 'python:3.10-slim-bookworm': used } });

  test('that is another under the same tag gives another environment', async () => {
    const { name, tag } = await tagged('LABEL a=1');
    const tools = await onIt(name);
    const spec = specOf(['six']);
    const platform = await imageBuilder.platform(tools);
    const idNow = async () =>
      imageIdOf(spec, {
        platform,
        base: await imageBuilder.chooseBase('main', spec, tools),
        sourceBuilds: false,
      });
    const before = await idNow();
    expect(await idNow()).toBe(before);
    await tag(`FROM ${baseImage}\nLABEL a=2`);
    expect(await idNow()).not.toBe(before);
  });

  test('must hold the Python that is asked for', async () => {
    const tools = await building();
    const failure = await failureOf(() => buildSpec(specOf(['six'], ['3.12']), tools));
    expect(failure.code).toBe('base-lacks-python');
    expect(failure.message).toMatch(/it has Python 3\.11\.\d+, and 3\.12 is needed/);
    const { name } = await tagged('RUN rm -f /usr/bin/python3 /usr/local/bin/python*');
    const none = await failureOf(async () => buildSpec(specOf(['six']), await onIt(name)));
    expect(none.code).toBe('base-lacks-python');
    expect(none.message).toContain('there is no python3');
  });

  test('is fetched by the digest that the registry names, and never tagged by its name', async () => {
    const { name, put, end } = await registry();
    const digest = await put('first');
    onTestFinished(
      async () => void (await call(await engine(), 'DELETE', `/images/${pulledTag(name)}?force=true`)),
    );
    const tools = await building();
    const spec = await planDockerfile({ Dockerfile: `FROM ${name}\nCOPY a /\n`, a: '' }, tools);
    const chosen = () => imageBuilder.chooseBase('main', spec, tools);
    expect(await chosen()).toEqual({ kind: 'images', images: [{ name, used: name, digest }] });
    // it is built from; that nothing in it could be a node comes after
    expect((await failureOf(() => buildSpec(spec, tools))).code).toBe('image-not-usable');
    expect((await inspect(pulledTag(name))).RepoDigests).toEqual([`${name.replace(/:1$/, '')}@${digest}`]);
    expect(await call(await engine(), 'GET', `/images/${name}/json`)).toMatchObject({ status: 404 });
    expect(await chosen()).toEqual({ kind: 'images', images: [{ name, used: name, digest }] });
    const second = await put('second');
    expect(second).not.toBe(digest);
    expect(await chosen()).toEqual({ kind: 'images', images: [{ name, used: name, digest: second }] });
    // nobody to ask: what was fetched before is taken, and that is told
    await end();
    expect(await chosen()).toMatchObject({
      images: [{ name, used: name, digest, image: expect.any(String) }],
    });
    expect(warnings(tools)).toContain('base-image-not-checked');
  });

  test('is looked at by doctor', async () => {
    const codes = async (tools: Building) =>
      (await imageBuilder.examine(tools)).map(({ state, code }) => `${state} ${code}`);
    expect(await codes(await building())).toContain('ok base-image-here');
    expect(await codes(await onIt('127.0.0.1:9/nothing:1'))).toContain('problem base-image-missing');
  });

  test('that cannot be had is told before anything is built', async () => {
    const tools = await onIt('127.0.0.1:9/nothing:1');
    const failure = await failureOf(() => buildSpec(specOf(['six']), tools));
    expect(failure).toMatchObject({ code: 'base-image-missing', args: { used: ['127.0.0.1:9/nothing:1'] } });
    expect(failure.message).toContain('python:3.10-slim-bookworm (as 127.0.0.1:9/nothing:1)');
    expect(failure.hint).toContain('docker pull 127.0.0.1:9/nothing:1');
    expect(tools.events).toEqual([]);
    const platform = 'FROM --platform=linux/s390x python:3.11\n';
    expect((await failureOf(async () => buildFiles({ Dockerfile: platform }, await building()))).code).toBe(
      'platform-missing',
    );
  });
});
