import { expect, describe as group, test } from 'vitest';
import type { Snapshot } from '../../../repo2vc/src/model/index.ts';
import { testContext } from '../../support/context.ts';
import {
  codes,
  detected,
  doi,
  environment,
  refusal,
  template,
  templateFiles,
  using,
} from '../../support/detection.ts';
import { descriptor, experiment, notebookText } from '../../support/notebook.ts';
import { snapshotOf } from '../../support/snapshot.ts';

group('the template that the experiment used', () => {
  test('is fetched by the link in the notebook', async () => {
    const found = await detected(using(environment), {}, { [doi]: [templateFiles] });
    expect(found.fetched).toEqual([`${doi} -> used/environment`]);
    expect(found.entry).toBe('n.ipynb');
    expect(found.kernel).toEqual({ name: 'python3', language: 'python' });
    expect(found.chosen).toMatchObject({
      kind: 'template',
      origin: 'used-link',
      notebook: 'et.ipynb',
      environments: { main: { buildpack: 'python', folder: '.' } },
      steps: [{ cell: 1, title: 'Set up', parameters: false }],
      snapshot: { doi, folder: 'used/environment' },
    });
    expect(found.files).toEqual([{ path: 'requirements.txt', text: 'numpy==2.1.3\n' }]);
    expect(found.reasons).toEqual([{ code: 'template-used', args: { doi, from: 'notebook' } }]);
  });

  test('is found by the record when the notebook says nothing; the notebook wins when both say it', async () => {
    const links: Snapshot['links'] = [
      { role: 'environment', doi: '10.5072/CRATE', from: 'ro-crate' },
      { role: 'environment', doi, from: 'related-identifiers' },
    ];
    const plain = { 'n.ipynb': notebookText(['# N']), 'requirements.txt': 'never read\n' };
    const found = await detected(plain, { links }, { [doi]: [templateFiles] });
    expect(found.reasons[0]).toEqual({ code: 'template-used', args: { doi, from: 'related-identifiers' } });
    const other = { role: 'environment', doi: '10.5072/OTHER' };
    const both = await detected(using(other), { links }, { '10.5072/other': [templateFiles] });
    expect(both.fetched).toEqual(['10.5072/other -> used/environment']);
    expect(codes(both)).toEqual(['template-used', 'record-link-ignored', 'record-link-ignored']);
  });

  test('is checked against the checksum that the author noted', async () => {
    const context = testContext();
    const { contentId } = await snapshotOf(context.folder, 'x', templateFiles);
    const link = { ...environment, sha256: contentId };
    expect((await detected(using(link), {}, { [doi]: [templateFiles] })).chosen.kind).toBe('template');
    const changed = { ...templateFiles, 'requirements.txt': 'numpy==2.1.4\n' };
    const failure = await refusal(using(link), {}, { [doi]: [changed] });
    expect(failure.code).toBe('used-changed');
    expect(failure.message).toContain(contentId);
  });

  test('can be a folder of the same snapshot, by a path relative to the notebook', async () => {
    const files = {
      'paper/n.ipynb': notebookText(['# N'], experiment({ role: 'environment', path: 'env' })),
      'paper/env/et.ipynb': template({ environments: { main: { path: 'python' } } }),
      'paper/env/python/requirements.txt': 'scipy\n',
      'other/et.ipynb': template(),
    };
    const found = await detected(files);
    expect(found.chosen).toMatchObject({
      origin: 'same-snapshot',
      notebook: 'paper/env/et.ipynb',
      environments: { main: { buildpack: 'python', folder: 'paper/env/python' } },
    });
    expect(found.files.map((file) => file.path)).toEqual(['paper/env/python/requirements.txt']);
    expect(codes(found)).toEqual(['template-linked']);
    const spelled = notebookText(['# N'], experiment({ role: 'environment', path: './env//' }));
    expect((await detected({ ...files, 'paper/n.ipynb': spelled })).reasons).toEqual(found.reasons);
  });

  test.each<[string, Partial<Snapshot>, Partial<Snapshot>]>([
    ['the same DOI', { doi }, {}],
    ['the DOI of all versions', { conceptDoi: doi }, {}],
    ['another version', { conceptDoi: '10.5072/all' }, { conceptDoi: '10.5072/all' }],
  ])('cannot be the experiment itself: %s', async (_name, own, used) => {
    expect((await refusal(using(environment), own, { [doi]: [templateFiles, used] })).code).toBe(
      'used-itself',
    );
  });

  test('cannot be the same files under another DOI', async () => {
    const files = using(environment);
    expect((await refusal(files, {}, { [doi]: [files] })).code).toBe('used-itself');
  });

  test('must be a template', async () => {
    const failure = await refusal(using(environment), {}, { [doi]: [{ 'data.csv': '1' }] });
    expect(failure.code).toBe('not-a-template');
    expect(failure.message).toContain(doi);
    expect(failure.message).toContain('data.csv');
    const folder = { ...using({ role: 'environment', path: 'env' }), 'env/data.csv': '1' };
    expect((await refusal(folder)).code).toBe('not-a-template');
    expect((await refusal(using({ role: 'environment', path: 'env' }))).code).toBe('used-missing');
    const old = JSON.stringify({ nbformat: 3, worksheets: [] });
    expect((await refusal(using(environment), {}, { [doi]: [{ 'et.ipynb': old }] })).code).toBe(
      'unsupported-notebook',
    );
    expect((await refusal(using(environment), {}, { [doi]: [{ 'et.ipynb': 'x' }] })).code).toBe(
      'not-a-notebook',
    );
  });

  test('must be one', async () => {
    const two = { ...templateFiles, 'again.ipynb': template() };
    const failure = await refusal(using(environment), {}, { [doi]: [two] });
    expect(failure.code).toBe('ambiguous-template');
    expect(failure.args.found).toEqual(['again.ipynb', 'et.ipynb']);
    const dois: Snapshot['links'] = ['10.5072/a', '10.5072/b'].map((one) => ({
      role: 'environment',
      doi: one,
      from: 'related-identifiers',
    }));
    expect((await refusal({ 'n.ipynb': notebookText([]) }, { links: dois })).code).toBe(
      'ambiguous-environment',
    );
    expect((await refusal(using(environment, environment))).code).toBe('invalid-experiment');
  });
});

group('what the notebook says of itself', () => {
  test.each([
    [{ ...experiment(), used: [{ role: 'environment', dio: doi }] }, 'invalid-experiment'],
    [{ ...experiment(), usde: [] }, 'invalid-experiment'],
    [experiment({ role: 'data', path: '../elsewhere' }), 'invalid-experiment'],
    [experiment({ role: 'environment', doi: 'not a doi' }), 'invalid-experiment'],
    [{ kind: 'conatiner' }, 'unknown-descriptor'],
    [{ kind: 'cluster', schemaVersion: 1 }, 'unknown-descriptor'],
    [{}, 'unknown-descriptor'],
    [null, 'unknown-descriptor'],
    ['experiment', 'unknown-descriptor'],
    [{ ...descriptor(), schemaVersion: 2 }, 'invalid-template'],
  ])('%j is refused', async (repo2vc, code) => {
    const failure = await refusal({ 'n.ipynb': notebookText(['# N'], repo2vc), 'requirements.txt': '' });
    expect(failure.code).toBe(code);
    expect(failure.message).toContain('n.ipynb (metadata.repo2vc)');
  });
});

group('a template in the same files', () => {
  test('wins over what buildpacks know', async () => {
    const found = await detected({ ...templateFiles, 'n.ipynb': notebookText(['# N']), 'env/x.txt': '' });
    expect(found.entry).toBe('n.ipynb');
    expect(found.chosen).toMatchObject({
      kind: 'template',
      origin: 'same-snapshot',
      snapshot: { folder: 'snapshot' },
    });
    expect(codes(found)).toEqual(['template-beside']);
  });

  test('may have its descriptor in a file beside its notebook', async () => {
    const yaml =
      'schemaVersion: 1\nkind: container\ntitle: By file\nenvironments: {main: {path: .}}\nnode: {environment: main}\n';
    const files = {
      'n.ipynb': notebookText(['# N']),
      'env/steps.ipynb': notebookText(['# ET']),
      'env/repo2vc.yaml': yaml,
      'env/requirements.txt': '',
    };
    expect((await detected(files)).chosen).toMatchObject({
      notebook: 'env/steps.ipynb',
      template: { title: 'By file' },
    });
    expect((await refusal({ ...files, 'env/repo2vc.yml': yaml })).code).toBe('invalid-template');
    expect((await refusal({ ...files, 'env/more.ipynb': notebookText([]) })).code).toBe('ambiguous-template');
    expect((await refusal({ ...files, 'env/steps.ipynb': template() })).code).toBe('invalid-template');
    expect((await refusal({ 'repo2vc.yaml': yaml })).code).toBe('invalid-template');
    expect((await refusal({ ...files, 'env/repo2vc.yaml': 'kind: experiment' })).code).toBe(
      'invalid-template',
    );
    expect((await refusal({ ...files, 'env/repo2vc.yaml': ': [' })).code).toBe('invalid-template');
  });

  test('can be opened without an experiment, and be named among several', async () => {
    expect(await detected(templateFiles)).not.toHaveProperty('entry');
    const links: Snapshot['links'] = [{ role: 'environment', doi, from: 'related-identifiers' }];
    expect((await detected(templateFiles, { links })).fetched).toEqual([]);
    const two = { ...templateFiles, 'b.ipynb': template({ title: 'The other' }) };
    expect((await refusal(two)).code).toBe('ambiguous-template');
    const named = await detected(two, { notebook: 'b.ipynb' });
    expect(named.chosen).toMatchObject({ template: { title: 'The other' } });
    expect(named).not.toHaveProperty('entry');
  });

  test('is refused when its environment is nowhere, or its language cannot take parameters', async () => {
    const lost = await refusal({ 'et.ipynb': template({ environments: { main: { path: 'env' } } }) });
    expect(lost.code).toBe('invalid-template');
    expect(lost.message).toContain('environments.main.path is "env"');
    const parameters = { p: { type: 'string', default: '' } };
    const r = notebookText(['x <- 1'], descriptor({ parameters }), { language_info: { name: 'R' } });
    expect((await refusal({ 'et.ipynb': r, 'requirements.txt': '' })).code).toBe('unsupported-language');
  });
});

group('a specification that a buildpack knows', () => {
  test('is read from the one folder that repo2docker looks at', async () => {
    const files = {
      'n.ipynb': notebookText(['# N']),
      'requirements.txt': 'root\n',
      Dockerfile: '',
      'binder/requirements.txt': '-r ../requirements.txt\n',
      'binder/runtime.txt': 'python-3.12\n',
    };
    const found = await detected(files);
    expect(found.chosen).toEqual({ kind: 'buildpack', buildpack: 'python', folder: 'binder' });
    expect(found.files.map((file) => file.path)).toEqual([
      'binder/requirements.txt',
      'requirements.txt',
      'binder/runtime.txt',
    ]);
    expect((await refusal({ ...files, '.binder/x': '' })).code).toBe('two-binder-folders');
    const empty = { 'n.ipynb': notebookText([]), 'requirements.txt': '', '.binder/README': '' };
    expect((await refusal(empty)).code).toBe('no-environment');
  });

  test('is refused when it is one that cannot be built, with the file and the way out', async () => {
    const failure = await refusal({
      'n.ipynb': notebookText([]),
      'requirements.txt': '',
      'binder/environment.yml': '',
    });
    expect(failure.code).toBe('specification-unsupported');
    expect(failure.message).toContain('binder/environment.yml');
    expect(failure.hint).toContain('repo2vc init NOTEBOOK');
  });

  test('that is nowhere is told, with how to add one', async () => {
    const failure = await refusal({ 'n.ipynb': notebookText([]) });
    expect(failure.code).toBe('no-environment');
    expect(failure.hint).toContain('requirements.txt');
  });

  test('that is far too large is refused', async () => {
    const failure = await refusal({ 'n.ipynb': notebookText([]), 'requirements.txt': '#'.repeat(1_000_001) });
    expect(failure.code).toBe('file-too-large');
  });
});
