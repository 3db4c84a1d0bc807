import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complete, toOpen, toPrepare } from '../../../repo2vc/src/buildpacks/complete.ts';
import { python } from '../../../repo2vc/src/buildpacks/python/python.ts';
import { packageOf } from '../../../repo2vc/src/buildpacks/requirement-grammar.ts';
import type { PythonSpec } from '../../../repo2vc/src/model/index.ts';
import { failureOf } from '../../support/failures.ts';
import { filesOf } from '../../support/files.ts';

const planOf = async (files: Readonly<Record<string, string>>, folder = '.'): Promise<PythonSpec> => {
  const view = filesOf(files, folder);
  const match = await python.detect(view);
  const paths = (match?.reads ?? []).map((path) => posix.join(folder, path));
  return python.plan(Object.fromEntries(paths.map((path) => [path, files[path] ?? ''])), folder);
};
const requirements = async (text: string) => (await planOf({ 'requirements.txt': text })).requirements;
const refusal = (text: string) => failureOf(() => requirements(`numpy\n${text}\n`));

describe('requirements.txt', () => {
  test('keeps the lines with their file and number, and drops comments and blanks', async () => {
    expect(
      await requirements(
        '\uFEFF# pinned\r\n\r\nnumpy==2.1.3  # fast\r\n  scipy >=1,<2\nurl#x @ https://e.org/a#b\n'.replace(
          'url#x',
          'urlx',
        ),
      ),
    ).toEqual([
      { text: 'numpy==2.1.3', file: 'requirements.txt', line: 3 },
      { text: 'scipy >=1,<2', file: 'requirements.txt', line: 4 },
      { text: 'urlx @ https://e.org/a#b', file: 'requirements.txt', line: 5 },
    ]);
  });

  test('joins continued lines', async () => {
    const hash = 'a'.repeat(64);
    expect(
      await requirements(`numpy==2.1.3 \\\n    --hash=sha256:${hash} \\\n    --hash=sha256:${hash}\nscipy`),
    ).toEqual([
      {
        text: `numpy==2.1.3     --hash=sha256:${hash}     --hash=sha256:${hash}`,
        file: 'requirements.txt',
        line: 1,
      },
      { text: 'scipy', file: 'requirements.txt', line: 4 },
    ]);
  });

  test.each([
    'numpy',
    'numpy[all, extra]>=1.0,!=1.5',
    'numpy (>=1.0)',
    'Foo.Bar_baz~=1.4.post1',
    "pywin32==306; sys_platform == 'win32'",
    'numpy == 2.*',
    'pkg===1.0+local!1',
    'pkg @ https://example.org/pkg-1.0-py3-none-any.whl',
    'pkg @ git+https://example.org/pkg@v1#subdirectory=a ; python_version > "3"',
    'https://example.org/pkg-1.0-py3-none-any.whl',
    'git+https://example.org/pkg#egg=pkg',
    '--index-url https://example.org/simple',
    '--extra-index-url=https://example.org/simple',
    '-f https://example.org/wheels/',
    '--only-binary=:all:',
  ])('takes %s', async (text) => {
    expect((await requirements(text)).map((one) => one.text)).toEqual([text]);
  });

  test('drops an option that changes nothing here', async () => {
    expect(await requirements('--prefer-binary\n')).toEqual([]);
  });

  test.each([
    ['-e .', 'editable'],
    ['--editable=./src', 'editable'],
    ['-e git+https://example.org/a#egg=a', 'editable'],
    ['.', 'file or folder of this repository'],
    ['./pkg', 'file or folder of this repository'],
    ['pkg/dist/a-1.0.whl', 'file or folder of this repository'],
    ['a-1.0.tar.gz', 'file or folder of this repository'],
    ['/etc/passwd', 'file or folder of this repository'],
    ['file:///etc/x.whl', 'only https'],
    ['a @ file:///etc/x.whl', 'only https'],
    ['a @ ./x.whl', 'only https'],
    ['git+ssh://git@example.org/a', 'only https'],
    ['http://example.org/a.whl', 'only https'],
    ['--index-url http://example.org/simple', 'only https'],
    ['--index-url', 'only https'],
    ['--find-links ./wheels', 'only https'],
    ['-i git+https://example.org/x', 'only https'],
    ['--pre', 'every package'],
    ['--require-hashes', 'has no hash'],
    ['--no-binary :all:', 'after consent'],
    ['-c constraints.txt', 'constraint files'],
    ['--trusted-host example.org', 'not understood'],
    ['--no-index', 'not understood'],
    ['a @ https://example.org/${TOKEN}/a.whl', 'environment variable'],
    ['numpy 1.2', 'not a requirement'],
    ['numpy==', 'not a requirement'],
    ['numpy=1.2', 'not a requirement'],
    ['numpy; --index-url x; y', 'not a requirement'],
    ['import os', 'not a requirement'],
    ['nu\u0000mpy', 'control characters'],
    ['<<<<<<< HEAD', 'not a requirement'],
    ['-r missing.txt', 'no file missing.txt'],
    ['-r ../../outside.txt', 'no file'],
    ['-r /etc/passwd', 'not understood'],
    ['-r https://example.org/r.txt', 'not understood'],
  ])('refuses %j with its line and a way out', async (text, why) => {
    const failure = await refusal(text);
    expect(failure.code).toBe('requirement-refused');
    expect(failure.message).toContain('requirements.txt, line 2: ');
    expect(failure.message).toContain(why);
    expect(failure.hint).toBeTruthy();
  });

  test.each([
    '--index-url https://me:hunter2@example.org/simple',
    '--extra-index-url https://hunter2@example.org/simple',
    'a @ git+https://hunter2@example.org/a',
    'a @ https://x:hunter2@example.org/a.whl',
    'git+ssh://me:hunter2@example.org/a',
  ])('refuses an address with a password, and does not show it: %s', async (text) => {
    const failure = await refusal(text);
    expect(failure.code).toBe('requirement-refused');
    expect(JSON.stringify([failure.message, failure.hint, failure.args])).not.toContain('hunter2');
  });

  test.each([
    `a;${' --hash=a:b'.repeat(1500)};`,
    `a[${'a,'.repeat(9000)}`,
    `a>=${'1,>='.repeat(4500)}!`,
    `a${' '.repeat(19_000)}!`,
    'a'.repeat(20_001),
  ])('comes to an end over a line made to have none', async (text) => {
    expect((await refusal(text)).code).toBe('requirement-refused');
  });

  test('reads the files that it draws in, each once, also beside the binder folder', async () => {
    const files = {
      'binder/requirements.txt': '-r ../requirements.txt\n--requirement=more/a.txt\npandas\n',
      'requirements.txt': 'numpy\n-r requirements.txt\n',
      'binder/more/a.txt': 'scipy\n-r ../requirements.txt\n',
    };
    expect((await planOf(files, 'binder')).requirements).toEqual([
      { text: 'numpy', file: 'requirements.txt', line: 1 },
      { text: 'scipy', file: 'binder/more/a.txt', line: 1 },
      { text: 'pandas', file: 'binder/requirements.txt', line: 3 },
    ]);
  });

  test('has an end however many files it draws in', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`${index}.txt`, `-r ${index + 1}.txt`]),
    );
    const failure = await failureOf(() => planOf({ ...files, 'requirements.txt': '-r 0.txt' }));
    expect(failure.code).toBe('requirement-refused');
  });
});

describe('runtime.txt', () => {
  test.each<[string | undefined, PythonSpec['python']]>([
    [undefined, 'any'],
    ['python-3.12\n', ['3.12']],
    ['python-3.9.7', ['3.9']],
    ['python-3', 'any'],
    ['python-3.10-2025-01-01', ['3.10']],
  ])('%j gives %j', async (runtime, expected) => {
    const files = { 'requirements.txt': '', ...(runtime === undefined ? {} : { 'runtime.txt': runtime }) };
    expect((await planOf(files)).python).toEqual(expected);
  });

  test.each([
    '',
    'python',
    'python-3-12',
    'abc-001-25-06-22',
    'python 3.12',
    'python-2.7',
    'python-x',
    'abc-001',
    'python-2025-01-01',
    'python-3.12\npython-3.11',
  ])('refuses %j and shows it', async (text) => {
    const failure = await failureOf(() => planOf({ 'requirements.txt': '', 'runtime.txt': text }));
    expect(failure.code).toBe('invalid-runtime');
    expect(failure.message).toContain(JSON.stringify(text.trim()));
  });
});

describe('what else lies there', () => {
  test.each([
    ['setup.py', 'from setuptools import setup'],
    ['pyproject.toml', '[build-system]\nrequires = []\n[project]\nname = "x"\n'],
    ['apt.txt', '# none\ngraphviz\n'],
    ['postBuild', ''],
    ['start', ''],
  ])('refuses %s, which would be left out silently', async (name, text) => {
    for (const others of [{ 'requirements.txt': 'numpy' }, {}]) {
      const failure = await failureOf(() => planOf({ ...others, [name]: text }));
      expect(failure.code).toBe('specification-unsupported');
      expect(failure.message).toContain(name);
    }
  });

  test('a package in the root does not matter beside binder/, nor an apt.txt of comments', async () => {
    const files = {
      'setup.py': '',
      'binder/requirements.txt': 'numpy',
      'binder/apt.txt': '# none\n',
      'binder/setup.py': '',
    };
    expect((await planOf(files, 'binder')).requirements).toHaveLength(1);
  });

  test('says which files were not heeded', async () => {
    const match = await python.detect(
      filesOf({ 'requirements.txt': '', 'uv.lock': '', 'pyproject.toml': '[project]\n' }),
    );
    expect(match?.reasons.map((reason) => reason.args.file)).toEqual(['uv.lock', 'pyproject.toml']);
    const asks = { 'requirements.txt': '', 'pyproject.toml': '[project]\nrequires-python = ">=3.12"\n' };
    expect((await python.detect(filesOf(asks)))?.reasons.map((reason) => reason.args.file)).toEqual([
      'pyproject.toml',
      'pyproject.toml: requires-python >=3.12',
    ]);
  });
});

describe('what repo2vc adds', () => {
  const spec = (...texts: string[]): PythonSpec => ({
    kind: 'python',
    python: 'any',
    requirements: texts.map((text) => ({ text, file: 'requirements.txt', line: 1 })),
  });
  test('is what the requirements do not name, under any spelling', () => {
    expect(complete(spec('numpy'), toOpen).added).toEqual(['jupyterlab>=4,<5']);
    expect(complete(spec('JupyterLab[x]==4.2.1'), toOpen).added).toEqual([]);
    expect(complete(spec('numpy'), toPrepare).added).toEqual(['jupyter-server>=2,<3', 'ipykernel']);
    expect(complete(spec('Jupyter_Server'), toPrepare).added).toEqual(['ipykernel']);
    expect(complete(spec('numpy'), [...toOpen, ...toPrepare]).added).toEqual(['jupyterlab>=4,<5']);
    expect(complete(spec('numpy'), toOpen).spec).toMatchObject({
      requirements: [{ text: 'numpy' }, { text: 'jupyterlab>=4,<5' }],
    });
  });
  test('names are normalised', () => {
    expect(packageOf('Foo.Bar__baz >= 1')).toBe('foo-bar-baz');
    expect(packageOf('a @ https://example.org/a.whl')).toBe('a');
    expect(packageOf('--pre')).toBeUndefined();
  });
});
