import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeDraft, publishRecord, startArchive } from '../../support/archive.ts';

test('a record is found by its DOI once it is published, and not before', async () => {
  const archive = await startArchive();
  const { id, doi } = await makeDraft(archive, {}, { 'experiment.ipynb': '{"cells": []}' });
  expect(doi).toBe(`10.5072/repo2vc.${archive.archiveId}.${id}`);
  expect((await archive.ask('GET', `/doi.org/api/handles/${doi}`)).status).toBe(404);
  expect((await archive.ask('GET', `/api/records/${id}`)).status).toBe(404);

  const published = await archive.ask('POST', `/api/records/${id}/draft/actions/publish`);
  expect(published.status).toBe(202);
  expect(published.body).toMatchObject({ id, is_published: true, status: 'published' });

  const handle = await archive.ask('GET', `/doi.org/api/handles/${doi}`, { token: undefined });
  expect(handle.body.values[0]).toMatchObject({
    type: 'URL',
    data: { value: `${archive.origin}/records/${id}` },
  });
  const files = await archive.ask('GET', `/api/records/${id}/files`, { token: undefined });
  const [entry] = files.body.entries;
  const md5 = createHash('md5').update('{"cells": []}').digest('hex');
  expect(entry).toMatchObject({ key: 'experiment.ipynb', size: 13, checksum: `md5:${md5}` });
  const content = await archive.ask('GET', entry.links.content, { token: undefined });
  expect(content.text).toBe('{"cells": []}');
  expect(content.headers.get('etag')).toBe(`"md5:${md5}"`);
  expect(content.headers.get('content-md5')).toBe(md5);
});

test('publishing twice, or touching the draft that is gone, is 404', async () => {
  const archive = await startArchive();
  const { id } = await publishRecord(archive);
  expect((await archive.ask('POST', `/api/records/${id}/draft/actions/publish`)).status).toBe(404);
  expect((await archive.ask('PUT', `/api/records/${id}/draft`, { json: {} })).status).toBe(404);
  expect((await archive.ask('DELETE', `/api/records/${id}/draft`)).status).toBe(404);
});
