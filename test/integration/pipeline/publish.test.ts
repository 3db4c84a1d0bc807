import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../repo2vc/src/pipeline/detect.ts';
import { publishedHere } from '../../../repo2vc/src/settings/published.ts';
import { failureOf } from '../../support/failures.ts';
import { descriptor, experiment, notebookText } from '../../support/notebook.ts';
import {
  byRole,
  desk,
  experimentFiles,
  fetched,
  given,
  publish,
  recordsOf,
  smallFiles,
  yes,
} from '../../support/publishing.ts';

describe('publishing a folder', () => {
  it('makes a record each of data, template and experiment, linked by DOI', async () => {
    const one = await desk();
    const deposit = given(await publish(one.request, yes, one.tools));
    expect(deposit.records.map(({ role, state }) => [role, state])).toEqual([
      ['data', 'published'],
      ['environment', 'published'],
      ['experiment', 'published'],
    ]);
    const { data, environment, experiment: published } = byRole(deposit.records);
    const { snapshot, text } = await fetched(one, published, 'fetched');
    expect(snapshot.files.map(({ path }) => path)).toEqual([
      'CITATION.cff',
      'analysis.ipynb',
      'ro-crate-metadata.json',
    ]);
    expect(JSON.parse(text('analysis.ipynb')).metadata.repo2vc.used).toEqual([
      { role: 'environment', doi: environment.doi, sha256: environment.contentId },
      { role: 'data', doi: data.doi, sha256: data.contentId, into: 'data/measured' },
    ]);
    expect(snapshot.links).toEqual([
      { role: 'environment', doi: environment.doi, from: 'related-identifiers' },
      { role: 'data', doi: data.doi, from: 'related-identifiers' },
    ]);
    const crate = JSON.parse(text('ro-crate-metadata.json'))['@graph'];
    expect(
      crate.find((entity: { '@id': string }) => entity['@id'] === 'analysis.ipynb').softwareRequirements,
    ).toEqual([{ '@id': `https://doi.org/${environment.doi}` }]);
    const found = await detect(snapshot, one.tools);
    expect(found.chosen).toMatchObject({ kind: 'template', origin: 'used-link' });
    expect(found.data.map(({ into }) => into)).toEqual(['data/measured']);
  });

  it('changes nothing but the links of the notebook, and nothing at all in the folder', async () => {
    const one = await desk();
    const before = readFileSync(join(one.folder, 'analysis.ipynb'), 'utf8');
    const deposit = given(await publish(one.request, yes, one.tools));
    const { text } = await fetched(one, byRole(deposit.records).experiment, 'fetched');
    const cells = (notebook: string) => notebook.slice(0, notebook.indexOf('"kernelspec"'));
    expect(cells(text('analysis.ipynb'))).toBe(cells(before));
    expect(readFileSync(join(one.folder, 'analysis.ipynb'), 'utf8')).toBe(before);
    expect(await readdir(one.folder)).toEqual(['CITATION.cff', 'analysis.ipynb', 'data', 'environment']);
  });

  it('remembers each record by the content id that a stranger computes', async () => {
    const one = await desk();
    const deposit = given(await publish(one.request, yes, one.tools));
    const ids = await Promise.all(
      deposit.records.map(
        async (record) => (await fetched(one, record, `fetched-${record.role}`)).snapshot.contentId,
      ),
    );
    expect(await publishedHere(one.tools.places)).toEqual(new Set(ids));
  });

  it('tells the archive what it is about, for people and for machines', async () => {
    const one = await desk();
    const deposit = given(await publish(one.request, yes, one.tools));
    const { environment, experiment: published } = byRole(deposit.records);
    const { metadata, files } = (await one.archive.ask('GET', `/api/records/${published.recordId}`)).body;
    expect(metadata).toMatchObject({
      title: 'Melting curve of X',
      publisher: 'Here',
      publication_date: published.date,
    });
    expect(metadata.description).toContain(`<a href="https://doi.org/${environment.doi}">`);
    expect(metadata.subjects).toEqual(
      ['repo2vc', 'repo2vc:experiment', `repo2vc-et:${environment.doi}`].map((subject) => ({ subject })),
    );
    expect(metadata.rights[0].id).toBe('cc-by-4.0');
    expect(files.default_preview).toBe('analysis.ipynb');
  });

  it('packs what an archive cannot hold flat, with its crate beside it', async () => {
    const one = await desk({
      files: experimentFiles({ 'lib/helpers.py': 'x = 1\n', 'lib/__init__.py': '' }),
    });
    const deposit = given(await publish(one.request, yes, one.tools));
    const { experiment: published } = byRole(deposit.records);
    expect(published.files.map(({ key }) => key)).toEqual(['melting.zip', 'ro-crate-metadata.json']);
    const { snapshot, text } = await fetched(one, published, 'fetched');
    expect(snapshot.contentId).toBe(published.contentId);
    expect(snapshot.files.map(({ path }) => path)).toContain('lib/__init__.py');
    expect(text('lib/helpers.py')).toBe('x = 1\n');
    expect((await detect(snapshot, one.tools)).entry).toBe('analysis.ipynb');
  });

  it.each([
    ['a folder of their own', { 'raw/a.csv': 'x,y\n', 'raw/b.csv': 'x,y\n' }],
    ['a file that is packed already', { 'set.zip': 'PK' }],
    ['a file in a folder that is packed already', { 'raw/set.tar.gz': 'x' }],
  ])('gives a stranger data with %s where the author has it', async (_what, data) => {
    const { 'data/measured/a.csv': _a, 'data/measured/b.csv': _b, ...files } = experimentFiles();
    const placed = Object.entries(data).map(([path, text]) => [`data/measured/${path}`, text]);
    const one = await desk({ files: { ...files, ...Object.fromEntries(placed) } });
    const { data: published } = byRole(given(await publish(one.request, yes, one.tools)).records);
    const { snapshot } = await fetched(one, published, 'fetched');
    const paths = snapshot.files.map(({ path }) => path);
    expect(paths).toEqual([...Object.keys(data), 'ro-crate-metadata.json'].sort());
    expect(snapshot.contentId).toBe(published.contentId);
  });

  it('packs more files than a record may have', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 101 }, (_, index) => [`data/measured/${index}.csv`, `${index}\n`]),
    );
    const one = await desk({ files: experimentFiles(many) });
    const { data } = byRole(given(await publish(one.request, yes, one.tools)).records);
    expect(data.files.map(({ key }) => key)).toEqual(['measured.zip', 'ro-crate-metadata.json']);
  });

  it('publishes the example of the repository as it is', async () => {
    const folder = join(import.meta.dirname, '../../../examples/one-node');
    const one = await desk({ request: { folder } });
    const deposit = given(await publish(one.request, yes, one.tools));
    expect(deposit.records.map(({ role }) => role)).toEqual(['data', 'environment', 'experiment']);
    const { snapshot } = await fetched(one, byRole(deposit.records).experiment, 'fetched');
    expect((await detect(snapshot, one.tools)).entry).toBe('analysis.ipynb');
  });

  it('publishes a template alone', async () => {
    const files = {
      'environment.ipynb': notebookText(['# E'], descriptor()),
      'requirements.txt': 'numpy==2.2.6\n',
    };
    const one = await desk({ files });
    const creators = [{ familyName: 'Carberry' }];
    const answers = { ...yes, creators, licence: 'CC0-1.0' };
    const deposit = given(await publish(one.request, answers, one.tools));
    expect(deposit.records).toMatchObject([
      { role: 'environment', title: 'A small environment', creators, licence: 'CC0-1.0' },
    ]);
  });

  it('leaves hidden files out, and says so', async () => {
    const one = await desk({
      files: experimentFiles({
        '.env': 'TOKEN=1',
        '.ipynb_checkpoints/a.ipynb': '{}',
        'venv/pyvenv.cfg': '',
      }),
    });
    const { experiment: published } = byRole(given(await publish(one.request, yes, one.tools)).records);
    expect(published.files.map(({ key }) => key)).toEqual([
      'CITATION.cff',
      'analysis.ipynb',
      'ro-crate-metadata.json',
    ]);
    const warnings = one.tools.events.filter(({ code }) => code === 'warning');
    expect(JSON.stringify(warnings)).toContain('.env');
    expect(JSON.stringify(warnings)).not.toContain('venv/');
  });
});

describe('publishing on somebody else’s template', () => {
  async function withTemplate() {
    const theirs = await desk();
    const { environment, experiment: other } = byRole(
      given(await publish(theirs.request, yes, theirs.tools)).records,
    );
    return { archive: theirs.archive, environment, other };
  }

  it('names its version DOI and content, and publishes the experiment alone', async () => {
    const { archive, environment } = await withTemplate();
    const one = await desk({
      archive,
      files: smallFiles(),
      request: { environment: environment.conceptDoi ?? '' },
    });
    const { records } = given(await publish(one.request, yes, one.tools));
    expect(records.map(({ role }) => role)).toEqual(['experiment']);
    const { text } = await fetched(one, records[0], 'fetched');
    expect(JSON.parse(text('analysis.ipynb')).metadata.repo2vc.used).toEqual([
      { role: 'environment', doi: environment.doi, sha256: environment.contentId },
    ]);
  });

  it('refuses a DOI that is no template', async () => {
    const { archive, other } = await withTemplate();
    const one = await desk({ archive, files: smallFiles(), request: { environment: other.doi ?? '' } });
    const failure = await failureOf(() => publish(one.request, yes, one.tools));
    expect(failure.code).toBe('not-a-template');
    expect(await recordsOf(archive)).toHaveLength(3);
  });

  it('refuses a DOI that nobody knows', async () => {
    const { archive } = await withTemplate();
    const unknown = `${archive.doiPrefix}.nothing`;
    const one = await desk({ archive, files: smallFiles(), request: { environment: unknown } });
    expect((await failureOf(() => publish(one.request, yes, one.tools))).code).toBe('unknown-doi');
  });

  it('refuses a template whose content is not the one that the notebook names', async () => {
    const { archive, environment } = await withTemplate();
    const used = experiment({ role: 'environment', doi: environment.doi, sha256: 'a'.repeat(64) });
    const one = await desk({ archive, files: smallFiles({ 'analysis.ipynb': notebookText(['# A'], used) }) });
    expect((await failureOf(() => publish(one.request, yes, one.tools))).code).toBe('used-changed');
  });
});
