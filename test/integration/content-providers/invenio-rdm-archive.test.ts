import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invenioRdm } from '../../../repo2vc/src/content-providers/invenio-rdm/index.ts';
import { packZip } from '../../../repo2vc/src/io/pack.ts';
import { contentIdOf } from '../../../repo2vc/src/model/index.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { fetchTools } from '../../support/fetching.ts';
import { recorded, recordedArchive } from '../../support/recorded-archive.ts';

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = temporaryFolder();
  const packed = Object.entries(files).map(([path, text], index) => {
    writeFileSync(join(folder, String(index)), text);
    return { from: join(folder, String(index)), path };
  });
  await packZip(packed, join(folder, 'zip'), testContext().signal);
  return readFileSync(join(folder, 'zip'));
}

const crate = (doi: string) =>
  JSON.stringify({ '@graph': [{ '@id': 'n', softwareRequirements: { '@id': `https://doi.org/${doi}` } }] });

async function fetchRecord(files: Readonly<Record<string, string | Buffer>>, tools = fetchTools()) {
  const { metadata } = recorded('record') as { metadata: Record<string, unknown> };
  const server = await recordedArchive({
    files,
    record: { metadata: { ...metadata, related_identifiers: [] } },
  });
  const { origin } = server;
  const reference = {
    schemaVersion: 1,
    kind: 'invenio-rdm',
    text: origin,
    origin,
    recordId: '12345',
  } as const;
  return { tools, work: () => invenioRdm.fetch(reference, 'snapshot', tools) };
}

describe('a record that is one archive', () => {
  it('stands for what is in it, and keeps its published name and content id', async () => {
    const zip = await zipOf({ 'top/experiment.ipynb': '{}', 'top/data/a.csv': 'a' });
    const { work, tools } = await fetchRecord({ 'experiment.zip': zip });
    const snapshot = await work();
    const sha256 = createHash('sha256').update(zip).digest('hex');
    const published = [{ path: 'experiment.zip', size: zip.length, sha256 }];
    expect(snapshot).toMatchObject({ published, contentId: contentIdOf(published) });
    expect(snapshot.files.map(({ path }) => path)).toEqual(['data/a.csv', 'experiment.ipynb']);
    expect(readdirSync(tools.runFolder)).toEqual(['snapshot']);
    expect(tools.events).toContainEqual({
      code: 'archive-unpacked',
      args: { file: 'experiment.zip', entries: 2, bytes: 3 },
    });
  });

  it('may have its RO-Crate beside it, or inside', async () => {
    const beside = await fetchRecord({
      'x.zip': await zipOf({ 'a.ipynb': '{}' }),
      'ro-crate-metadata.json': crate('10.5281/zenodo.1'),
    });
    const snapshot = await beside.work();
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a.ipynb', 'ro-crate-metadata.json']);
    expect(snapshot.published?.map(({ path }) => path)).toEqual(['ro-crate-metadata.json', 'x.zip']);
    expect(snapshot.links).toEqual([{ role: 'environment', doi: '10.5281/zenodo.1', from: 'ro-crate' }]);
    const both = await fetchRecord({
      'x.zip': await zipOf({ 'a.ipynb': '{}', 'ro-crate-metadata.json': crate('10.5281/zenodo.2') }),
      'ro-crate-metadata.json': crate('10.5281/zenodo.1'),
    });
    expect((await both.work()).links).toEqual([
      { role: 'environment', doi: '10.5281/zenodo.2', from: 'ro-crate' },
    ]);
  });

  it('is unpacked again after an interruption', async () => {
    const zip = await zipOf({ 'a.ipynb': '{}' });
    const tools = fetchTools();
    mkdirSync(join(tools.runFolder, 'snapshot'));
    writeFileSync(join(tools.runFolder, 'snapshot/half'), '');
    mkdirSync(join(tools.runFolder, 'snapshot.published'));
    writeFileSync(join(tools.runFolder, 'snapshot.published/x.zip'), zip);
    const { work } = await fetchRecord({ 'x.zip': zip }, tools);
    expect((await work()).files.map(({ path }) => path)).toEqual(['a.ipynb']);
    expect(tools.events.map(({ code }) => code)).not.toContain('download-started');
  });

  it('is kept as it is when there is anything else beside it', async () => {
    const { work } = await fetchRecord({ 'a.ipynb': '{}', 'data.zip': await zipOf({ a: 'x' }) });
    const snapshot = await work();
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a.ipynb', 'data.zip']);
    expect('published' in snapshot).toBe(false);
  });

  it('and holds more than is allowed is refused, with nothing left of it', async () => {
    const zip = await zipOf({ a: 'x'.repeat(5000) });
    const { work, tools } = await fetchRecord({ 'x.zip': zip }, fetchTools({ download: { maxBytes: 2000 } }));
    expect((await failureOf(work)).code).toBe('too-large');
    expect(existsSync(join(tools.runFolder, 'snapshot'))).toBe(false);
    expect(existsSync(join(tools.runFolder, 'snapshot.unpacking'))).toBe(false);
  });
});
