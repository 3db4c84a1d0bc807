import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invenioRdm } from '../../../repo2vc/src/content-providers/invenio-rdm/index.ts';
import {
  contentIdOf,
  type InvenioRdmReference,
  parserOf,
  type Snapshot,
} from '../../../repo2vc/src/model/index.ts';
import { fetchTools } from '../../support/fetching.ts';
import { sendJson, type TestServer } from '../../support/http.ts';
import { type Recording, recorded, recordedArchive } from '../../support/recorded-archive.ts';

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

function referenceTo(server: TestServer, recordId = '12345', doi?: string): InvenioRdmReference {
  const text = doi ?? `${server.origin}/records/${recordId}`;
  return {
    schemaVersion: 1,
    kind: 'invenio-rdm',
    text,
    origin: server.origin,
    recordId,
    ...(doi && { doi }),
  };
}

/** Fetches record 12345 of a recorded archive. */
async function fetchFrom(recording: Recording, tools = fetchTools()) {
  const server = await recordedArchive(recording);
  const work = invenioRdm.fetch(referenceTo(server), 'snapshot', tools);
  return { server, tools, work, folder: join(tools.runFolder, 'snapshot') };
}

describe('a record', () => {
  it('becomes a snapshot of verified files', async () => {
    const { work, folder, tools, server } = await fetchFrom({});
    const snapshot = await work;
    const files = [
      { path: 'data.csv', size: 8, sha256: sha256('a,b\n1,2\n') },
      { path: 'experiment.ipynb', size: 2, sha256: sha256('{}') },
    ];
    expect(snapshot).toEqual({
      schemaVersion: 1,
      reference: referenceTo(server),
      folder: 'snapshot',
      contentId: contentIdOf(files),
      title: 'Melting curve of X',
      doi: '10.5281/zenodo.12345',
      conceptDoi: '10.5281/zenodo.12344',
      publishedAt: '2026-08-21',
      licence: 'cc-by-4.0',
      files,
      links: [
        { role: 'environment', doi: '10.5281/zenodo.99', from: 'related-identifiers' },
        { role: 'data', doi: '10.5281/zenodo.55', from: 'related-identifiers' },
      ],
    });
    parserOf<Snapshot>('snapshot.schema.json')(snapshot, 'the snapshot');
    expect(readFileSync(join(folder, 'data.csv'), 'utf8')).toBe('a,b\n1,2\n');
    expect(readdirSync(tools.runFolder)).toEqual(['snapshot']);
  });

  it('asked for by its concept becomes its newest version', async () => {
    const server = await recordedArchive();
    const tools = fetchTools();
    const reference = referenceTo(server, '12344', '10.5281/zenodo.12344');
    const snapshot = await invenioRdm.fetch(reference, 'snapshot', tools);
    expect(snapshot).toMatchObject({
      doi: '10.5281/zenodo.12345',
      conceptDoi: '10.5281/zenodo.12344',
      reference,
    });
    expect(tools.events).toContainEqual({
      code: 'version-chosen',
      args: { concept: '10.5281/zenodo.12344', doi: '10.5281/zenodo.12345' },
    });
  });

  it('asked for by the address of another DOI is not the one', async () => {
    const server = await recordedArchive();
    const text = `${server.origin}/doi/10.1103/PhysRevD.99.12345`;
    const reference = invenioRdm.claims(text, { archives: [], workingDirectory: '/', home: undefined });
    expect(reference?.recordId).toBe('12345');
    const work = invenioRdm.fetch(reference ?? referenceTo(server), 'snapshot', fetchTools());
    await expect(work).rejects.toMatchObject({ code: 'unknown-record' });
  });

  it('keeps keys with folders, spaces and signs in them', async () => {
    const keys = ['a folder/ä b.txt', '100%.csv', 'a+b?c#d&e.txt'];
    const { work } = await fetchFrom({ files: Object.fromEntries(keys.map((key) => [key, key])) });
    expect((await work).files.map(({ path }) => path).sort()).toEqual([...keys].sort());
  });

  it('goes on where an interrupted fetch stopped, and keeps nothing else', async () => {
    const tools = fetchTools();
    const folder = join(tools.runFolder, 'snapshot');
    mkdirSync(folder);
    writeFileSync(join(folder, 'data.csv'), 'a,b\n1,2\n');
    writeFileSync(join(folder, 'experiment.ipynb'), 'half');
    writeFileSync(join(folder, 'stranger.txt'), 'x');
    const { work, server } = await fetchFrom({}, tools);
    await work;
    expect(readdirSync(folder)).toEqual(['data.csv', 'experiment.ipynb']);
    expect(readFileSync(join(folder, 'experiment.ipynb'), 'utf8')).toBe('{}');
    expect(server.seen.filter(({ url }) => url.endsWith('/content'))).toHaveLength(1);
  });

  it('takes its links from the RO-Crate when its metadata has none', async () => {
    const crate = {
      '@context': 'https://w3id.org/ro/crate/1.2/context',
      '@graph': [
        { '@id': 'ro-crate-metadata.json', '@type': 'CreativeWork', about: { '@id': './' } },
        {
          '@id': 'experiment.ipynb',
          '@type': ['File', 'SoftwareSourceCode'],
          softwareRequirements: [{ '@id': 'https://doi.org/10.5281/zenodo.99' }, { '@id': '#python' }],
        },
      ],
    };
    const files = { 'experiment.ipynb': '{}', 'ro-crate-metadata.json': JSON.stringify(crate) };
    const { metadata } = recorded('record') as { metadata: Record<string, unknown> };
    const record = { metadata: { ...metadata, related_identifiers: [] } };
    const { work } = await fetchFrom({ files, record });
    expect((await work).links).toEqual([{ role: 'environment', doi: '10.5281/zenodo.99', from: 'ro-crate' }]);
    const broken = await fetchFrom({ files: { ...files, 'ro-crate-metadata.json': '{"@graph":' }, record });
    expect((await broken.work).links).toEqual([]);
  });
});

describe('a record that cannot be had', () => {
  const refusing = (status: number, answer: string, what: RegExp): NonNullable<Recording['instead']> => {
    return (request, response) => {
      if (!what.test(request.url ?? '')) return false;
      sendJson(response, status, recorded(answer));
      return true;
    };
  };

  it('is unknown', async () => {
    const server = await recordedArchive();
    await expect(
      invenioRdm.fetch(referenceTo(server, '777'), 'snapshot', fetchTools()),
    ).rejects.toMatchObject({
      code: 'unknown-record',
      args: { recordId: '777' },
    });
  });

  it('is not the one that the DOI means', async () => {
    const server = await recordedArchive();
    await expect(
      invenioRdm.fetch(referenceTo(server, '12345', '10.9999/other.12345'), 'snapshot', fetchTools()),
    ).rejects.toMatchObject({ code: 'unknown-record' });
  });

  it('was deleted, and its tombstone says why', async () => {
    const { work, tools } = await fetchFrom({ instead: refusing(410, 'deleted', /12345$/) });
    await expect(work).rejects.toMatchObject({
      code: 'record-deleted',
      message: expect.stringContaining('the calibration was wrong'),
      hint: expect.stringContaining('Brown, T. (2026)'),
    });
    expect(readdirSync(tools.runFolder)).toEqual([]);
  });

  it.each([/12345$/, /files$/])('is restricted (%s): the person has to log in', async (what) => {
    const { work, server } = await fetchFrom({ instead: refusing(403, 'forbidden', what) });
    await expect(work).rejects.toMatchObject({
      code: 'login-needed',
      args: { origin: server.origin, why: 'restricted' },
    });
  });

  it('is restricted and the token does not open it: whom to ask', async () => {
    const tools = fetchTools({}, { credentialFor: async () => 'S3CRET' });
    const { work } = await fetchFrom({ instead: refusing(403, 'forbidden', /files$/) }, tools);
    await expect(work).rejects.toMatchObject({
      code: 'forbidden',
      hint: 'Ask Troy Brown, Melting Group for access.',
    });
  });

  it('is restricted and opens with the token, which goes nowhere else', async () => {
    const tools = fetchTools({}, { credentialFor: async () => 'S3CRET' });
    const { work, server } = await fetchFrom(
      {
        instead: (request, response) => {
          if (request.headers.authorization === 'Bearer S3CRET') return false;
          sendJson(response, 403, recorded('forbidden'));
          return true;
        },
      },
      tools,
    );
    await expect(work).resolves.toMatchObject({ doi: '10.5281/zenodo.12345' });
    expect(server.seen.every(({ headers }) => headers.authorization === 'Bearer S3CRET')).toBe(true);
    expect(JSON.stringify([await work, tools.events])).not.toContain('S3CRET');
  });

  it.each([
    ['no files', { files: {} }],
    ['files switched off', { record: { files: { enabled: false } } }],
  ])('has %s', async (_what, recording) => {
    const { work } = await fetchFrom(recording);
    await expect(work).rejects.toMatchObject({ code: 'record-empty' });
  });

  it('is at a place that is no InvenioRDM', async () => {
    const { work } = await fetchFrom({
      instead: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
        return true;
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'unsupported-archive' });
  });

  it('lies in a private network that a DOI leads to', async () => {
    const server = await recordedArchive();
    const tools = fetchTools({}, { allowPrivate: () => false });
    await expect(
      invenioRdm.fetch(referenceTo(server, '12345', '10.5281/zenodo.12345'), 'snapshot', tools),
    ).rejects.toMatchObject({ code: 'redirect-refused' });
    expect(server.seen).toEqual([]);
    await expect(invenioRdm.fetch(referenceTo(server), 'snapshot', tools)).resolves.toMatchObject({
      folder: 'snapshot',
    });
  });
});

describe('a record whose files are not what they should be', () => {
  it.each([
    '../evil.txt',
    'a/../../evil.txt',
    '/etc/cron.d/evil',
    'a\\b.txt',
    'nul\0.txt',
    'line\nbreak.txt',
    '',
    `${'x'.repeat(300)}.txt`,
  ])('is refused for a file called %j before any is fetched', async (key) => {
    const { work, tools, server } = await fetchFrom({ files: { 'a.txt': 'a', [key]: 'x' } });
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/^(unsafe-path|bad-answer)$/) });
    expect(server.seen.some(({ url }) => url.endsWith('/content'))).toBe(false);
    expect(readdirSync(tools.runFolder)).toEqual([]);
  });

  it('is refused when one name is a file and a folder', async () => {
    const { work } = await fetchFrom({ files: { a: 'x', 'a/b': 'y' } });
    await expect(work).rejects.toMatchObject({ code: 'unsafe-path' });
  });

  it('is refused for a wrong checksum, and the file is not left', async () => {
    const { work, folder } = await fetchFrom({
      listing: (entry) =>
        entry.key === 'data.csv' ? { ...entry, checksum: `md5:${'0'.repeat(32)}` } : entry,
    });
    await expect(work).rejects.toMatchObject({ code: 'checksum-mismatch', args: { file: 'data.csv' } });
    expect(existsSync(join(folder, 'data.csv'))).toBe(false);
  });

  it('is refused for a wrong size, or no checksum at all', async () => {
    const wrong = await fetchFrom({ listing: (entry) => ({ ...entry, size: 1 }) });
    await expect(wrong.work).rejects.toMatchObject({
      code: expect.stringMatching(/size-mismatch|too-large/),
    });
    const none = await fetchFrom({ listing: ({ checksum: _, ...entry }) => entry });
    await expect(none.work).rejects.toMatchObject({ code: 'no-checksum' });
  });

  it('is refused when it is more than allowed, before any is fetched', async () => {
    const bytes = await fetchFrom({}, fetchTools({ download: { maxBytes: 9 } }));
    await expect(bytes.work).rejects.toMatchObject({ code: 'too-large' });
    const files = await fetchFrom({}, fetchTools({ download: { maxFiles: 1 } }));
    await expect(files.work).rejects.toMatchObject({ code: 'too-many-files' });
    expect([...bytes.server.seen, ...files.server.seen].some(({ url }) => url.endsWith('/content'))).toBe(
      false,
    );
  });

  it('is gone on with after its connection was cut', async () => {
    let cuts = 0;
    const { work } = await fetchFrom({
      instead: (request, response) => {
        if (!request.url?.endsWith('data.csv/content') || ++cuts > 2) return false;
        response.writeHead(200, { 'content-length': '8' }).write('a,b', () => request.socket.destroy());
        return true;
      },
    });
    expect((await work).files).toContainEqual({ path: 'data.csv', size: 8, sha256: sha256('a,b\n1,2\n') });
  });
});
