import { rmSync, symlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../support/failures.ts';
import { descriptor, experiment, notebookText } from '../../support/notebook.ts';
import {
  type Desk,
  desk,
  experimentFiles,
  publish,
  recordsOf,
  smallFiles,
  writeFiles,
  yes,
} from '../../support/publishing.ts';

const linked = (...used: readonly object[]) => ({
  'analysis.ipynb': notebookText(['# A'], experiment(...used)),
});
const environment = { role: 'environment', path: 'environment' };

/** Publishes, and gives the failure; the archive must not have heard of anything. */
async function refusedWith(one: Desk) {
  const failure = await failureOf(() => publish(one.request, yes, one.tools));
  expect(await recordsOf(one.archive)).toEqual([]);
  expect((await readdir(one.tools.runFolder).catch(() => [])).filter((name) => name !== 'staging')).toEqual(
    [],
  );
  return failure;
}

describe('a folder that cannot be published is refused before anything is sent:', () => {
  it.each<[string, string, Record<string, string>]>([
    ['nothing in it says what it is', 'no-experiment', { 'analysis.ipynb': notebookText(['# A']) }],
    [
      'two experiments',
      'ambiguous-notebook',
      { ...smallFiles(), 'other.ipynb': notebookText(['# B'], experiment()) },
    ],
    ['no environment', 'no-environment', smallFiles(linked())],
    ['two environments', 'invalid-experiment', smallFiles(linked(environment, environment))],
    ['a mistyped key', 'invalid-experiment', smallFiles(linked({ role: 'environment', pth: 'environment' }))],
    [
      'an unknown kind',
      'unknown-descriptor',
      smallFiles({ 'analysis.ipynb': notebookText(['# A'], { kind: 'experimant' }) }),
    ],
    ['a link to nowhere', 'used-missing', smallFiles(linked({ role: 'environment', path: 'elsewhere' }))],
    ['a link to a file', 'used-missing', smallFiles(linked({ role: 'environment', path: 'CITATION.cff' }))],
    ['a link to itself', 'used-itself', smallFiles(linked({ role: 'environment', path: '.' }))],
    [
      'a roundabout link to itself',
      'used-itself',
      smallFiles(linked(environment, { role: 'data', path: './' })),
    ],
    [
      'a link into another',
      'used-overlaps',
      experimentFiles(
        linked(environment, { role: 'data', path: 'data' }, { role: 'data', path: 'data/measured/' }),
      ),
    ],
    [
      'a link that leads out',
      'invalid-experiment',
      smallFiles(linked({ role: 'environment', path: '../environment' })),
    ],
    [
      'no template where one is named',
      'not-a-template',
      experimentFiles(linked({ role: 'environment', path: 'data' })),
    ],
    [
      'an invalid template',
      'invalid-template',
      smallFiles({ 'environment/environment.ipynb': notebookText(['# E'], descriptor({ titel: 'X' })) }),
    ],
    [
      'a template whose environment is not there',
      'invalid-template',
      smallFiles({
        'environment/environment.ipynb': notebookText(
          ['# E'],
          descriptor({ environments: { main: { path: 'missing' } } }),
        ),
      }),
    ],
    [
      'a Dockerfile that nobody could build',
      'invalid-dockerfile',
      smallFiles({ 'environment/Dockerfile': 'RUN true\n' }),
    ],
    [
      'requirements that could not be honoured',
      'requirement-refused',
      smallFiles({ 'environment/requirements.txt': '-r missing.txt\n' }),
    ],
    ['no notebook but a text', 'not-a-notebook', smallFiles({ 'analysis.ipynb': 'hello' })],
    [
      'another nbformat',
      'unsupported-notebook',
      smallFiles({ 'analysis.ipynb': '{"nbformat": 3, "metadata": {}}' }),
    ],
    ['a wrong citation', 'invalid-citation', smallFiles({ 'CITATION.cff': 'title: [' })],
    [
      'a wrong citation of the data',
      'invalid-citation',
      experimentFiles({ 'data/measured/CITATION.cff': 'title: 1' }),
    ],
    ['a private key', 'secret-file', smallFiles({ id_rsa: 'x' })],
    [
      'a certificate’s key in the data',
      'secret-file',
      experimentFiles({ 'data/measured/tls/server.PEM': 'x' }),
    ],
    ['saved credentials', 'secret-file', smallFiles({ 'conf/credentials.json': '{}' })],
    ['an environment of variables', 'secret-file', smallFiles({ 'prod.env': 'TOKEN=1' })],
    ['a hostile file name', 'unsafe-path', smallFiles({ 'a\\b.txt': 'x' })],
    [
      'nothing but hidden files',
      'record-empty',
      { ...experimentFiles(linked(environment, { role: 'data', path: 'd' })), 'd/.x': '' },
    ],
  ])('%s', async (_, code, files) => {
    const one = await desk({ files });
    expect((await refusedWith(one)).code).toBe(code);
  });

  it('it is not there', async () => {
    const one = await desk();
    rmSync(one.folder, { recursive: true });
    expect((await refusedWith(one)).code).toBe('folder-not-found');
  });

  it('a symbolic link that leads out of it', async () => {
    const one = await desk();
    symlinkSync('/etc/hostname', join(one.folder, 'host.txt'));
    expect((await refusedWith(one)).code).toBe('unsafe-link');
  });

  it('a link to a folder that is a symbolic link out of it', async () => {
    const one = await desk({ files: smallFiles(linked(environment, { role: 'data', path: 'etc' })) });
    symlinkSync('/etc', join(one.folder, 'etc'));
    expect((await refusedWith(one)).code).toBe('used-missing');
  });

  it('an archive that nobody named', async () => {
    const one = await desk({ request: { archive: 'zenod' } });
    expect((await refusedWith(one)).code).toBe('unknown-archive');
  });

  it('an archive that is not running', async () => {
    const one = await desk();
    await one.archive.close();
    const failure = await failureOf(() => publish(one.request, yes, one.tools));
    expect(failure).toMatchObject({ code: 'connection-failed', retryable: true });
  });

  it('metadata that the archive does not take, with every objection; and it can be mended', async () => {
    const one = await desk({
      files: smallFiles({
        'CITATION.cff': 'title: X\nauthors: [{family-names: C}]\nlicense: no-such-licence\n',
      }),
    });
    const failure = await failureOf(() => publish(one.request, yes, one.tools));
    expect(failure.code).toBe('draft-refused');
    expect((await recordsOf(one.archive)).filter((record) => record.is_published)).toEqual([]);
    writeFiles(one.folder, { 'CITATION.cff': 'title: XYZ\nauthors: [{family-names: C}]\nlicense: MIT\n' });
    await publish(one.request, yes, one.tools);
    expect((await recordsOf(one.archive)).map((record) => record.is_published)).toEqual([true, true]);
  });
});
