import { expect, test } from 'vitest';
import { makeDraft, metadata, native, publishRecord, startArchive } from '../../support/archive.ts';

// Numbers are those of the rules that a faithful InvenioRDM keeps.

test('1. a wrong token is 401 everywhere, no token is 401 where one is needed, and neither is repeated', async () => {
  const archive = await startArchive();
  const { id } = await publishRecord(archive);
  const wrong = await archive.ask('GET', `/api/records/${id}`, { token: 'not-the-token' });
  expect(wrong.status).toBe(401);
  expect(wrong.text).not.toContain('not-the-token');
  expect((await archive.ask('POST', '/api/records', { token: undefined, json: {} })).status).toBe(401);
  expect((await archive.ask('GET', `/api/records/${id}`, { token: undefined })).status).toBe(200);
});

test('2. another user’s draft is 403, and so is what the token’s scopes do not allow', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive);
  const stranger = await archive.anotherToken({ user: 'somebody@else' });
  const answer = await archive.ask('GET', `/api/records/${id}/draft`, { token: stranger });
  expect([answer.status, answer.body.message]).toEqual([403, 'Permission denied.']);
  const writer = await archive.anotherToken({ scopes: ['deposit:write'] });
  const publish = `/api/records/${id}/draft/actions/publish`;
  expect((await archive.ask('POST', publish, { token: writer })).status).toBe(403);
  expect((await archive.ask('PUT', `/api/records/${id}/draft`, { token: writer, json: {} })).status).toBe(
    200,
  );
});

test('3. Accept decides the shape, and JSON must be called JSON', async () => {
  const archive = await startArchive();
  const { id, doi } = await publishRecord(archive);
  const path = `/api/records/${id}`;
  const asked = await archive.ask('GET', path);
  expect(asked.headers.get('content-type')).toContain(native);
  expect(asked.body).toMatchObject({ id, pids: { doi: { identifier: doi } } });
  const old = await archive.ask('GET', path, { headers: { accept: 'application/json' } });
  expect(old.body).not.toHaveProperty('pids');
  expect(old.body).toMatchObject({ id: expect.any(Number), conceptrecid: expect.any(String), doi });
  const plain = await archive.ask('POST', '/api/records', {
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  });
  expect(plain.status).toBe(415);
});

test('4. a draft is published, edited, followed by a version, and removed', async () => {
  const archive = await startArchive();
  const { id } = await publishRecord(archive);
  const record = `/api/records/${id}`;
  const edit = await archive.ask('POST', `${record}/draft`);
  expect([edit.status, edit.body.is_published]).toEqual([201, true]);
  const retitled = { json: { ...edit.body, metadata: { ...edit.body.metadata, title: 'Another title' } } };
  expect((await archive.ask('PUT', `${record}/draft`, retitled)).body.errors).toBeUndefined();
  expect((await archive.ask('GET', record)).body.metadata.title).toBe('Melting curve of X');
  expect((await archive.ask('POST', `${record}/draft/actions/publish`)).status).toBe(202);
  expect((await archive.ask('GET', record)).body.metadata.title).toBe('Another title');

  const version = await archive.ask('POST', `${record}/versions`);
  expect(version.status).toBe(201);
  expect(version.body.parent.id).toBe(edit.body.parent.id);
  expect(version.body).toMatchObject({ pids: {}, versions: { index: 2, is_latest_draft: true } });
  expect(version.body.metadata).not.toHaveProperty('version');
  expect((await archive.ask('POST', `${record}/versions`)).body.id).toBe(version.body.id);
  expect((await archive.ask('POST', `/api/records/${version.body.id}/versions`)).status).toBe(404);
  expect((await archive.ask('POST', '/api/records/aaaaa-aaaaa/versions')).status).toBe(404);
  expect((await archive.ask('DELETE', `/api/records/${version.body.id}/draft`)).status).toBe(204);
  expect((await archive.ask('GET', `/api/records/${version.body.id}/draft`)).status).toBe(404);
});

test('5. a draft keeps what is valid and reports the rest, with 200', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive);
  const draft = `/api/records/${id}/draft`;
  const { title: _title, ...untitled } = metadata({ publication_date: '2026-13-40', colour: 'red' });
  const saved = await archive.ask('PUT', draft, { json: { metadata: untitled } });
  expect(saved.status).toBe(200);
  expect(saved.body.errors).toEqual(
    expect.arrayContaining([
      { field: 'metadata.title', messages: ['Missing data for required field.'] },
      { field: 'metadata.publication_date', messages: ['Please provide a valid date or interval.'] },
      { field: 'metadata.colour', messages: ['Unknown field.'] },
    ]),
  );
  expect(saved.body.metadata).not.toHaveProperty('colour');
  expect(saved.body.metadata.publisher).toBe('repo2vc');

  const unknown = await archive.ask('PUT', draft, {
    json: { metadata: metadata({ rights: [{ id: 'mine' }] }) },
  });
  expect(unknown.status).toBe(400);
  expect(unknown.body).not.toHaveProperty('errors');
  const malformed = await archive.ask('PUT', draft, {
    body: '{"metadata":',
    headers: { 'content-type': 'application/json' },
  });
  expect([malformed.status, malformed.body.message]).toEqual([
    400,
    'Unable to decode JSON data in request body.',
  ]);
});

test('5. what the server answered may be sent back as it is', async () => {
  const archive = await startArchive();
  const related = [
    {
      identifier: '10.1234/et',
      scheme: 'doi',
      relation_type: { id: 'requires' },
      resource_type: { id: 'dataset' },
    },
  ];
  const { id, doi } = await makeDraft(archive, { related_identifiers: related });
  const read = await archive.ask('GET', `/api/records/${id}/draft`);
  expect(read.body.metadata.related_identifiers[0].relation_type.title.en).toBe('Requires');
  const written = await archive.ask('PUT', `/api/records/${id}/draft`, { json: read.body });
  expect(written.body.errors).toBeUndefined();
  expect(written.body.metadata).toEqual(read.body.metadata);
  expect(written.body.pids.doi.identifier).toBe(doi);
});

test('6. publishing is strict and names each field', async () => {
  const archive = await startArchive();
  const anonymous = { creators: [metadata().creators, { person_or_org: { type: 'organizational' } }].flat() };
  const { publisher: _publisher, ...rest } = metadata(anonymous);
  const draft = await archive.ask('POST', '/api/records', { json: { metadata: rest } });
  const { id } = draft.body;
  await archive.ask('POST', `/api/records/${id}/draft/files`, { json: [{ key: 'pending.txt' }] });
  const refused = await archive.ask('POST', `/api/records/${id}/draft/actions/publish`);
  expect(refused.status).toBe(400);
  expect(refused.body).toMatchObject({ status: 400, message: 'A validation error occurred.' });
  const fields = refused.body.errors.map((error: { field: string }) => error.field);
  expect(fields).toEqual(['metadata.creators.1.person_or_org.name', 'metadata.publisher', 'files']);
  await archive.ask('DELETE', `/api/records/${id}/draft/files/pending.txt`);
  const without = await archive.ask('POST', `/api/records/${id}/draft/actions/publish`);
  expect(without.body.errors.at(-1)).toMatchObject({
    field: 'files.enabled',
    messages: [expect.stringContaining('Missing uploaded files')],
  });
});

test('7. a DOI is reserved once, can be given back, and comes at the latest with publishing', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive);
  const pid = `/api/records/${id}/draft/pids/doi`;
  const twice = await archive.ask('POST', pid);
  expect(twice.status).toBe(400);
  expect(twice.body.errors).toEqual([{ field: 'pids.doi', messages: ['A PID already exists for type doi'] }]);
  expect((await archive.ask('DELETE', pid)).status).toBe(204);
  expect((await archive.ask('DELETE', pid)).status).toBe(404);
  const published = await archive.ask('POST', `/api/records/${id}/draft/actions/publish`);
  expect(published.body.pids.doi.identifier).toBe(`${archive.doiPrefix}.${id}`);
});

test('11. a stale revision is 412', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive);
  const draft = `/api/records/${id}/draft`;
  const { body } = await archive.ask('GET', draft);
  const put = (revision: number) =>
    archive.ask('PUT', draft, { json: body, headers: { 'if-match': String(revision) } });
  expect((await put(body.revision_id)).status).toBe(200);
  expect((await put(body.revision_id)).status).toBe(412);
});
