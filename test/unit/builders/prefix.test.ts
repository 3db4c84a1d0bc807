import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PrefixTarget } from '../../../repo2vc/src/builders/prefix/build.ts';
import { prefixBuilder, prefixIdOf } from '../../../repo2vc/src/builders/prefix/index.ts';
import {
  builtFromSource,
  keepAuthorsHashes,
  lockedPackages,
  parseCompiled,
  renderPinned,
} from '../../../repo2vc/src/builders/requirements.ts';
import { testContext } from '../../support/context.ts';
import { specOf } from '../../support/prefix.ts';
import { asPlainUser } from '../../support/users.ts';

const target: PrefixTarget = {
  platform: { os: 'linux', architecture: 'x86_64', libc: 'glibc-2.36' },
  interpreter: {
    implementation: 'cpython',
    version: '3.11.7',
    path: '/usr/bin/python3.11',
    basePrefix: '/usr',
  },
  sourceBuilds: false,
};

describe('the id of an environment', () => {
  const spec = specOf(['six==1.16.0', 'numpy']);
  const id = prefixIdOf(spec, target);

  test('is the same wherever the same content lies', () => {
    const elsewhere = {
      ...target,
      interpreter: { ...target.interpreter, path: '/opt/python3.11', basePrefix: '/opt' },
    };
    const fromOtherFiles = {
      ...spec,
      requirements: spec.requirements.map(({ text }) => ({ text, file: 'binder/requirements.txt', line: 9 })),
    };
    expect(prefixIdOf(spec, elsewhere)).toBe(id);
    expect(prefixIdOf(fromOtherFiles, target)).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
  });

  test('changes with what goes into it', () => {
    const changed = [
      prefixIdOf(specOf(['numpy', 'six==1.16.0']), target),
      prefixIdOf(spec, { ...target, sourceBuilds: true }),
      prefixIdOf(spec, {
        ...target,
        interpreter: { ...target.interpreter, version: '3.11.8' },
      }),
      prefixIdOf(spec, { ...target, platform: { ...target.platform, libc: 'musl-1.2' } }),
    ];
    expect(new Set([id, ...changed]).size).toBe(5);
  });
});

describe('a requirement is refused with its line', () => {
  test.each([
    ['-e .', 'requirement-not-supported'],
    ['-r more.txt', 'requirement-not-supported'],
    ['--no-binary :all:', 'requirement-not-supported'],
    ['./local', 'requirement-not-supported'],
    ['it @ file:///etc/passwd', 'requirement-not-supported'],
    ['--find-links file:///etc', 'requirement-not-supported'],
    ['it @ git+ssh://host/it.git', 'requirement-not-supported'],
    ['it @ ../it', 'requirement-not-supported'],
    ['it @ https://host/$' + '{SECRET}/it.whl', 'requirement-not-supported'],
    ['it @ https://me:hunter2@host/it.whl', 'credentials-in-requirement'],
    ['--extra-index-url https://token@host/simple', 'credentials-in-requirement'],
  ])('%s', (text, code) => {
    const refusal = prefixBuilder.refusal(specOf(['six', text]));
    expect(refusal).toMatchObject({ code, message: expect.stringContaining('requirements.txt, line 2') });
    expect(refusal?.message).not.toContain('hunter2');
  });

  test.each([
    'six',
    'numpy>=2,<3',
    'jupyterlab[extra] ~= 4.6',
    "scipy==1.16.0; python_version < '3.12'",
    `six==1.16.0 --hash=sha256:${'a'.repeat(64)}`,
    'it @ https://host/it-1.0-py3-none-any.whl',
    'https://host/it-1.0-py3-none-any.whl',
    'it @ git+https://host/it.git@v1',
    '--extra-index-url https://host/simple',
    '-f https://host/wheels.html',
    '--only-binary :all:',
  ])('%s is not', (text) => {
    expect(prefixBuilder.refusal(specOf([text]))).toBeUndefined();
  });
});

test('what must be built from source is seen by its address', () => {
  const { requirements } = specOf([
    'six',
    '-f https://host/wheels',
    'a @ https://host/a-1.0-py3-none-any.whl#sha256=abc',
    'b @ https://host/b-1.0.tar.gz',
    'c @ git+https://host/c.git@v1',
    'https://host/d-1.0.zip',
  ]);
  expect(builtFromSource(requirements)).toEqual(['b', 'c', 'https://host/d-1.0.zip']);
});

describe('a lock', () => {
  const compiled = [
    'numpy==2.1.3 \\',
    '    --hash=sha256:bb \\',
    '    --hash=sha256:aa',
    'Torch==2.13.0+cpu --hash=sha256:cc',
    'it @ https://host/it-1.0-py3-none-any.whl \\',
    '    --hash=sha256:dd',
    'src @ git+https://host/src.git@0123',
    '',
  ].join('\n');

  test('is read from what uv prints', () => {
    expect(parseCompiled(compiled)).toEqual([
      { name: 'numpy', version: '2.1.3', hashes: ['sha256:aa', 'sha256:bb'] },
      { name: 'Torch', version: '2.13.0+cpu', hashes: ['sha256:cc'] },
      { name: 'it', url: 'https://host/it-1.0-py3-none-any.whl', hashes: ['sha256:dd'] },
      { name: 'src', url: 'git+https://host/src.git@0123', hashes: [] },
    ]);
    expect(() => parseCompiled('something else')).toThrow('not understood');
  });

  test('gives back what installs it, with the options of the requirements', () => {
    const pinned = parseCompiled(compiled);
    const text = renderPinned(pinned, specOf(['numpy', '-i https://host/simple']).requirements);
    expect(text.split('\n')[0]).toBe('-i https://host/simple');
    expect(parseCompiled(text.split('\n').slice(1).join('\n'))).toEqual(pinned);
  });

  test('has the version of a package that was named by its address', () => {
    const pinned = parseCompiled(compiled);
    expect(lockedPackages(pinned, [{ name: 'it', version: '1.0' }]).slice(0, 2)).toEqual([
      {
        name: 'it',
        version: '1.0',
        hashes: ['sha256:dd'],
        url: 'https://host/it-1.0-py3-none-any.whl',
      },
      { name: 'numpy', version: '2.1.3', hashes: ['sha256:aa', 'sha256:bb'] },
    ]);
  });

  test("keeps the author's hashes alone", () => {
    const pinned = parseCompiled(compiled);
    const asked = specOf(['NumPy==2.1.3 --hash=sha256:aa --hash=sha256:ee']).requirements;
    expect(keepAuthorsHashes(pinned, asked)[0]).toMatchObject({ hashes: ['sha256:aa'] });
    const other = specOf(['numpy==2.1.3 --hash=sha256:ee']).requirements;
    expect(() => keepAuthorsHashes(pinned, other)).toThrow('requirements.txt, line 1');
  });
});

test('a prefix that somebody else closed is told as that', async () => {
  const context = testContext();
  asPlainUser(context.folder);
  const id = prefixIdOf(specOf(['six']), target);
  const folder = join(context.places.cache, 'prefixes', id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'complete.json'), '{}', { mode: 0 });
  const { platform, interpreter, sourceBuilds } = target;
  const base = { kind: 'interpreter', interpreter } as const;
  const tools = { ...context, runFolder: context.folder };
  const building = prefixBuilder.build('main', specOf(['six']), { platform, base, sourceBuilds }, tools);
  await expect(building).rejects.toMatchObject({
    code: 'cache-closed',
    message: expect.stringContaining(folder),
  });
});
