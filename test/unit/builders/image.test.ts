import { describe, expect, test } from 'vitest';
import { joined } from '../../../repo2vc/src/builders/image/authorities.ts';
import { mappedName, pythonImages, repositoryOf } from '../../../repo2vc/src/builders/image/base-names.ts';
import { buildFailure } from '../../../repo2vc/src/builders/image/failures.ts';
import { imageBuilder, imageIdOf } from '../../../repo2vc/src/builders/image/index.ts';
import { probeWords, readProbe } from '../../../repo2vc/src/builders/image/probe-script.ts';
import {
  renderEnvironment,
  renderPython,
  renderTrusting,
} from '../../../repo2vc/src/builders/image/render.ts';
import type { BuildTarget } from '../../../repo2vc/src/builders/types.ts';
import type { DockerfileSpec } from '../../../repo2vc/src/model/index.ts';
import { specOf } from '../../support/prefix.ts';

const id = (letter: string) => `sha256:${letter.repeat(64)}`;
const target: BuildTarget = {
  platform: { os: 'linux', architecture: 'amd64', libc: 'of-the-image' },
  base: {
    kind: 'images',
    images: [{ name: 'python:3.10-slim-bookworm', used: 'lab/python', image: id('a') }],
  },
  sourceBuilds: false,
};
const onImage = (image: object): BuildTarget => ({
  ...target,
  base: { kind: 'images', images: [{ name: 'python:3.10-slim-bookworm', used: 'other', ...image }] },
});
const dockerfile: DockerfileSpec = {
  ...{ kind: 'dockerfile', file: 'Dockerfile', text: 'FROM a\n' },
  context: { folder: 'snapshot', contentId: 'c'.repeat(64) },
};

describe('the id of an image', () => {
  test('is of content, wherever it lies and whatever the image is called', () => {
    expect(imageIdOf(specOf(['six']), onImage({ image: id('a') }))).toBe(imageIdOf(specOf(['six']), target));
    const elsewhere = { ...dockerfile, context: { ...dockerfile.context, folder: 'used/environment' } };
    expect(imageIdOf(elsewhere, target)).toBe(imageIdOf(dockerfile, target));
  });

  test('is the same whether an image of a registry is here already or not', () => {
    const known = imageIdOf(specOf(['six']), onImage({ image: id('a'), digest: id('d') }));
    expect(imageIdOf(specOf(['six']), onImage({ digest: id('d') }))).toBe(known);
  });

  test('changes with what goes into it', () => {
    const ids = [
      imageIdOf(specOf(['six']), target),
      imageIdOf(specOf(['six==1']), target),
      imageIdOf(specOf(['six']), onImage({ image: id('b') })),
      imageIdOf(specOf(['six']), { ...target, sourceBuilds: true }),
      imageIdOf(dockerfile, target),
      imageIdOf({ ...dockerfile, text: 'FROM b\n' }, target),
      imageIdOf({ ...dockerfile, context: { ...dockerfile.context, contentId: 'd'.repeat(64) } }, target),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('a requirement that cannot be built is refused with its line', () => {
  expect(imageBuilder.refusal(specOf(['./mine']))).toMatchObject({ code: 'requirement-not-supported' });
  expect(imageBuilder.refusal(dockerfile)).toBeUndefined();
});

describe('the image to build on', () => {
  test('is that of the Python that is asked for, else of the usual one and those of the settings', () => {
    expect(pythonImages(['3.12', '3.11'], {})).toEqual([
      'python:3.12-slim-bookworm',
      'python:3.11-slim-bookworm',
    ]);
    const named = { 'python:3.13-slim-bookworm': 'mine', 'debian:12': 'yours', 'python:*': 'x' };
    expect(pythonImages('any', named)).toEqual(['python:3.10-slim-bookworm', 'python:3.13-slim-bookworm']);
  });

  test.each([
    ['python:3.11', 'exact'],
    ['python:3.12', 'mirror/lib/python:3.12'],
    ['python:rc-1', 'release'],
    ['debian:12', 'debian:12'],
    ['constructor', 'constructor'],
  ])('%s is taken as %s', (name, used) => {
    const settings = { 'python:3.11': 'exact', 'py*': 'mirror/lib/py*', 'python:rc*': 'release' };
    expect(mappedName(name, settings)).toBe(used);
  });

  test.each([
    ['a', 'a'],
    ['a/b:1', 'a/b'],
    ['host:5000/a', 'host:5000/a'],
    ['host:5000/a:1@sha256:00', 'host:5000/a'],
  ])('of the name %s the repository is %s', (name, repository) => {
    expect(repositoryOf(name)).toBe(repository);
  });
});

describe('the Dockerfiles that are made', () => {
  const base = { id: 'sha256:a', user: '', entrypoint: [] };
  test('trust the authorities of the computer', () => {
    expect(renderTrusting('sha256:a')).toMatchInlineSnapshot(`
      "FROM sha256:a
      COPY ca.pem /opt/repo2vc/ca.pem
      ENV SSL_CERT_FILE=/opt/repo2vc/ca.pem PIP_CERT=/opt/repo2vc/ca.pem REQUESTS_CA_BUNDLE=/opt/repo2vc/ca.pem CURL_CA_BUNDLE=/opt/repo2vc/ca.pem NODE_EXTRA_CA_CERTS=/opt/repo2vc/ca.pem GIT_SSL_CAINFO=/opt/repo2vc/ca.pem
      "
    `);
  });
  test('prepare Python', () => {
    expect(renderPython(base, true, { UV_INDEX: 'https://a/s https://b/s' })).toMatchInlineSnapshot(`
      "FROM sha256:a
      COPY ca.pem prepare.sh uv.txt /opt/repo2vc/
      ENV SSL_CERT_FILE=/opt/repo2vc/ca.pem PIP_CERT=/opt/repo2vc/ca.pem REQUESTS_CA_BUNDLE=/opt/repo2vc/ca.pem CURL_CA_BUNDLE=/opt/repo2vc/ca.pem NODE_EXTRA_CA_CERTS=/opt/repo2vc/ca.pem GIT_SSL_CAINFO=/opt/repo2vc/ca.pem HOME=/home/jovyan USER=jovyan NB_USER=jovyan NB_UID=1000 SHELL=/bin/bash LANG=C.UTF-8 REPO_DIR=/home/jovyan NB_PYTHON_PREFIX=/srv/venv VIRTUAL_ENV=/srv/venv PYTHONUNBUFFERED=1 PATH=/srv/venv/bin:/home/jovyan/.local/bin:$PATH
      RUN ["/usr/bin/env","UV_INDEX=https://a/s https://b/s","/bin/sh","/opt/repo2vc/prepare.sh"]
      USER 1000:1000
      WORKDIR /home/jovyan
      EXPOSE 8888
      CMD ["jupyter", "lab", "--ip", "0.0.0.0"]
      "
    `);
    const other = renderPython({ ...base, user: 'app', entrypoint: ['/init'] }, false, {});
    expect(other).toContain('FROM sha256:a\nUSER root\nCOPY prepare.sh');
    expect(other).toContain('\nRUN ["/bin/sh","/opt/repo2vc/prepare.sh"]\n');
    expect(other).toContain('\nENTRYPOINT []\n');
    expect(other).not.toContain('CERT');
  });
  test('install exactly what was resolved', () => {
    const options = { settings: { UV_HTTP_TIMEOUT: '60' }, flags: [], hashed: true, sourceBuilds: false };
    expect(renderEnvironment('repo2vc/prepared:a', options)).toMatchInlineSnapshot(`
      "FROM repo2vc/prepared:a
      COPY requirements.txt /opt/repo2vc/
      RUN ["/usr/bin/env","UV_HTTP_TIMEOUT=60","/opt/repo2vc/uv/bin/uv","pip","install","--python","/srv/venv/bin/python","--no-cache","--no-deps","--require-hashes","--compile-bytecode","--no-build","-r","/opt/repo2vc/requirements.txt"]
      "
    `);
    const other = renderEnvironment('a', { ...options, hashed: false, sourceBuilds: true });
    expect(other).not.toMatch(/hashes|no-build/);
  });
});

describe('what an image says of itself', () => {
  const printed = (parts: Readonly<Record<string, string>>) =>
    Object.entries({
      user: '1000\n100\nme',
      home: '/home/me',
      missing: '',
      jupyter: '',
      python: '',
      system: '',
      end: '',
      ...parts,
    })
      .map(([name, text]) => `\n--- repo2vc ${name}\n${text}\n`)
      .join('');

  test('is read', () => {
    const python = JSON.stringify({
      ...{ implementation: 'cpython', version: '3.11.2' },
      packages: [{ name: 'six', version: '1' }, { name: 2 }],
    });
    expect(
      readProbe(
        printed({
          python,
          missing: 'tar',
          jupyter: '/bin/jupyter-lab',
          system: 'bash\t5.2-1\tamd64\nhalf\n',
        }),
      ),
    ).toEqual({
      ...{ user: { uid: 1000, gid: 100, name: 'me' }, home: '/home/me', missing: ['tar'], jupyter: true },
      python: {
        implementation: 'cpython',
        version: '3.11.2',
        packages: [{ name: 'six', version: '1' }],
      },
      system: [{ name: 'bash', version: '5.2-1', architecture: 'amd64' }],
    });
  });

  test.each(['', '/', 'relative', '/nonexistent', '/with space', '/x\u0007'])(
    'a home %j is another',
    (home) => {
      expect(readProbe(printed({ home }))?.home).toBe('/home/jovyan');
    },
  );

  test('counts only when it is whole, and of numbers', () => {
    expect(readProbe('')).toBeUndefined();
    expect(readProbe(printed({}).replace('end', 'en'))).toBeUndefined();
    expect(readProbe(printed({ user: 'root\n0' }))).toBeUndefined();
    expect(readProbe(printed({ user: '5\n5', python: 'Traceback' }))).toMatchObject({ user: { name: '5' } });
    expect(readProbe(printed({ python: 'Traceback' }))).not.toHaveProperty('python');
  });

  test('is asked for by a shell alone', () => {
    expect(probeWords(['tar'])).toEqual(['/bin/sh', '-c', expect.any(String), 'sh', 'tar']);
  });
});

describe('a build that failed', () => {
  const failed = {
    name: 'main',
    step: 'RUN x',
    message: 'returned 1',
    lines: ['a'],
    memoryMiB: 64,
    outOfMemory: false,
  };

  test.each([
    [{}, 'build-failed'],
    [{ code: 137 }, 'build-out-of-memory'],
    [{ outOfMemory: true, code: 1 }, 'build-out-of-memory'],
    [{ lines: ['cp: No space left on device'] }, 'disk-full'],
    [{ message: 'dockerfile parse error line 3: unknown instruction: FOO' }, 'invalid-dockerfile'],
    [{ message: 'the --chmod option requires BuildKit' }, 'invalid-dockerfile'],
    [
      { lines: ['× No solution found when resolving dependencies: cause: a needs b'] },
      'requirements-conflict',
    ],
    [
      { lines: ['pip: error sending request for url (https://packages.example.org/simple)'] },
      'packages-unreachable',
    ],
  ])('with %j is told as %s', (change, code) => {
    expect(buildFailure({ ...failed, ...change }).code).toBe(code);
  });

  test('shows the step and its last lines, and no login', () => {
    const failure = buildFailure({
      ...failed,
      step: 'RUN git clone https://me:pw@h/x',
      message: 'x https://me:pw@h 1',
    });
    expect(failure.args).toMatchObject({ step: 'RUN git clone https://***@h/x', lines: ['a'] });
    expect(JSON.stringify([failure.message, failure.args])).not.toContain('pw');
  });
});

test('of files with authorities only the certificates are taken, each once', () => {
  const certificate = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
  const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
  const text = joined([
    `# mine\n${certificate('YQ==')}\n${key}`,
    certificate('YQ==').replaceAll('\n', '\r\n'),
    certificate('Yg=='),
  ]);
  expect(text).toBe(`${certificate('YQ==')}\n${certificate('Yg==')}\n`);
});
