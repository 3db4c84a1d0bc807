import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { detect } from '../../../repo2vc/src/pipeline/detect.ts';
import { fetchSnapshot } from '../../../repo2vc/src/pipeline/fetch.ts';
import { init } from '../../../repo2vc/src/pipeline/init.ts';
import { makePlan } from '../../../repo2vc/src/pipeline/plan.ts';
import { resolve } from '../../../repo2vc/src/pipeline/resolve.ts';
import { failureOf } from '../../support/failures.ts';
import { notebookText } from '../../support/notebook.ts';
import { asked, desk, given, publish, recordsOf, unanswered, yes } from '../../support/publishing.ts';

const python = (version = '3.11.7') => ({
  kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
  language_info: { name: 'python', version },
});
const notebook = notebookText(
  ['# Melting curve of X', 'import json\nimport pip as p, helpers\nfrom nowhere.at import all'],
  undefined,
  python(),
);
const files = { 'my analysis.ipynb': notebook, 'helpers.py': 'x = 1\n' };

async function initIn(content: Readonly<Record<string, string>> = files, name = 'my analysis.ipynb') {
  const one = await desk({ files: content });
  const work = () => init(name, { workingDirectory: one.folder }, one.tools);
  const text = (path: string) => readFileSync(join(one.folder, path), 'utf8');
  return { one, work, text };
}

describe('repo2vc init', () => {
  it('writes a template, a citation and the link, and tells which files', async () => {
    const { work, text } = await initIn();
    expect((await work()).written).toEqual([
      'environment/environment.ipynb',
      'environment/requirements.txt',
      'environment/runtime.txt',
      'CITATION.cff',
      'my analysis.ipynb',
    ]);
    expect(text('environment/runtime.txt')).toBe('python-3.11\n');
    expect(JSON.parse(text('environment/environment.ipynb')).metadata.repo2vc.title).toBe(
      'Melting curve of X: the environment',
    );
    expect(text('environment/requirements.txt')).toMatch(/^jupyterlab==\d+\.\d+\.\d+$/m);
  });

  it('leaves the cells as they are, byte for byte, and the file’s mode', async () => {
    const { one, work, text } = await initIn();
    const path = join(one.folder, 'my analysis.ipynb');
    await chmod(path, 0o600);
    await work();
    const { repo2vc, ...metadata } = JSON.parse(text('my analysis.ipynb')).metadata;
    expect(repo2vc.used).toEqual([{ role: 'environment', path: 'environment' }]);
    expect(metadata).toEqual(python());
    const cells = (whole: string) => whole.slice(0, whole.indexOf('"kernelspec"'));
    expect(cells(text('my analysis.ipynb'))).toBe(cells(notebook));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('writes what plan takes as it is', async () => {
    const { one, work } = await initIn();
    await work();
    const snapshot = await fetchSnapshot(await resolve(one.folder, one.tools), 'snapshot', one.tools);
    const detection = await detect(snapshot, one.tools);
    expect(detection.entry).toBe('my analysis.ipynb');
    const plan = given(makePlan(snapshot, detection, unanswered));
    expect(JSON.stringify(plan)).toContain('jupyterlab==');
  });

  it('writes what publish takes, after it has asked for what only a person knows', async () => {
    const { one, work } = await initIn();
    await work();
    expect(asked(await publish(one.request, yes, one.tools))).toEqual([
      { kind: 'metadata', field: 'creators', role: 'experiment' },
      { kind: 'metadata', field: 'licence', role: 'experiment' },
    ]);
    const answers = { ...yes, creators: [{ familyName: 'Carberry' }], licence: 'MIT' };
    const { records } = given(await publish(one.request, answers, one.tools));
    expect(records.map(({ title }) => title)).toEqual([
      'Melting curve of X: the environment',
      'Melting curve of X',
    ]);
    expect(await recordsOf(one.archive)).toHaveLength(2);
  });

  it('takes the requirements that are there, what they include too, and adds what opens a notebook', async () => {
    const { work, text } = await initIn({
      ...files,
      'requirements.txt': 'numpy==2.2.6\n-r more.txt',
      'more.txt': 'IPyKernel==7.4.0\n',
    });
    expect((await work()).written).toContain('environment/more.txt');
    const lines = text('environment/requirements.txt').split('\n');
    expect(lines.slice(0, 2)).toEqual(['numpy==2.2.6', '-r more.txt']);
    expect(lines.filter((line) => /^(jupyterlab|ipykernel)==/.test(line))).toHaveLength(1);
  });

  it('pins what the notebook imports in the versions that are installed here, and runs nothing of it', async () => {
    const version = '3.11.7'; // the Python of this computer decides whether it is asked
    const { work, text } = await initIn({
      ...files,
      'my analysis.ipynb': notebookText(
        ['# T', 'import pip, json, helpers, nowhere'],
        undefined,
        python(version),
      ),
    });
    await work();
    const requirements = text('environment/requirements.txt');
    expect(requirements).not.toMatch(/^(json|helpers|nowhere)\b/m);
    if (/^pip==/m.test(requirements)) expect(requirements).toMatch(/not installed here: nowhere$/m);
    else expect(requirements).toMatch(/^# Add what the notebook imports/m);
  });
});

describe('repo2vc init writes nothing', () => {
  it.each<[string, string, Record<string, string>, string?]>([
    ['where there is an environment', 'already-there', { ...files, 'environment/x': '' }],
    [
      'for a notebook that says what it is',
      'already-there',
      { 'my analysis.ipynb': notebookText(['# A'], { kind: 'experiment' }) },
    ],
    ['without a notebook', 'notebook-not-found', files, 'other.ipynb'],
    ['for a folder', 'notebook-not-found', files, '.'],
    ['for what is no notebook', 'not-a-notebook', files, 'helpers.py'],
    [
      'for another nbformat',
      'unsupported-notebook',
      { 'my analysis.ipynb': '{"nbformat": 3, "metadata": {}}' },
    ],
    [
      'for another language',
      'unsupported-language',
      { 'my analysis.ipynb': notebookText(['# A'], undefined, { language_info: { name: 'R' } }) },
    ],
    [
      'from requirements that could not be honoured',
      'requirement-refused',
      { ...files, 'requirements.txt': '-r missing.txt\n' },
    ],
  ])('%s', async (_, code, content, name) => {
    const { one, work } = await initIn(content, name);
    const before = await readdir(one.folder, { recursive: true });
    const failure = await failureOf(work);
    expect(failure.code).toBe(code);
    expect(await readdir(one.folder, { recursive: true })).toEqual(before);
  });

  it.skipIf(process.getuid?.() !== 0)('where the disk is full at its last step', async () => {
    const { one } = await initIn();
    const folder = join(one.folder, 'small');
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
    onTestFinished(() => void spawnSync('umount', ['-l', folder]));
    // what describes the environment has room; a second copy of the notebook has none
    const big = notebookText(['# A', `x = "${'x'.repeat(1_200_000)}"`], undefined, python());
    await writeFile(join(folder, 'big.ipynb'), big);
    const failure = await failureOf(() => init('big.ipynb', { workingDirectory: folder }, one.tools));
    expect(failure.code).toBe('disk-full');
    expect(await readdir(folder)).toEqual(['big.ipynb']);
    expect(readFileSync(join(folder, 'big.ipynb'), 'utf8')).toBe(big);
  });

  it('over a citation that is there', async () => {
    const { one, work, text } = await initIn();
    await writeFile(join(one.folder, 'CITATION.cff'), 'title: Mine\n');
    expect((await work()).written).not.toContain('CITATION.cff');
    expect(text('CITATION.cff')).toBe('title: Mine\n');
  });
});
