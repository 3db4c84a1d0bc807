import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { makeDraft, publishRecord, startArchive, upload } from '../../support/archive.ts';

// Numbers are those of the rules that a faithful InvenioRDM keeps.

test('8. files are announced, sent and committed, and every false step has its answer', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive, {}, {});
  const files = `/api/records/${id}/draft/files`;
  const announced = await archive.ask('POST', files, { json: [{ key: 'a b.txt' }] });
  expect(announced.status).toBe(201);
  const [entry] = announced.body.entries;
  expect(entry).toMatchObject({ key: 'a b.txt', status: 'pending', transfer: { type: 'L' } });
  const again = await archive.ask('POST', files, { json: [{ key: 'a b.txt' }] });
  expect([again.status, again.body.message]).toEqual([400, 'File with key a b.txt already exists.']);
  const absent = await archive.ask('PUT', `${files}/no.txt/content`, { body: 'x' });
  expect([absent.status, absent.body.message]).toEqual([404, `Record '${id}' has no file 'no.txt'.`]);
  expect((await archive.ask('POST', entry.links.commit)).status).toBe(500);
  const sent = await archive.ask('PUT', entry.links.content, { body: 'hello' });
  expect([sent.status, sent.body.status]).toEqual([200, 'pending']);
  const committed = await archive.ask('POST', entry.links.commit);
  expect(committed.body).toMatchObject({
    status: 'completed',
    size: 5,
    checksum: 'md5:5d41402abc4b2a76b9719d911017c592',
  });
  const second = await archive.ask('PUT', entry.links.content, { body: 'again' });
  expect([second.status, second.body.errors]).toEqual([200, 'File upload transfer failed.']);
  expect((await archive.ask('GET', files)).body.entries).toEqual([]);
});

test('8. empty, too many and too large files are refused', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive, {}, {});
  const files = `/api/records/${id}/draft/files`;
  const empty = await upload(archive, id, 'empty.txt', '');
  expect([empty.status, empty.body.message]).toEqual([400, 'Empty files are not accepted.']);
  const keys = Array.from({ length: 100 }, (_, index) => ({ key: `${index}.txt` }));
  expect((await archive.ask('POST', files, { json: keys })).status).toBe(400);
  expect((await archive.ask('POST', files, { json: keys.slice(1) })).status).toBe(201);
  const status = await new Promise((done, fail) => {
    const headers = {
      authorization: `Bearer ${archive.token}`,
      'content-type': 'application/octet-stream',
      'content-length': 60_000_000_000,
    };
    const sending = httpRequest(
      `${archive.origin}${files}/1.txt/content`,
      { method: 'PUT', headers },
      (answer) => {
        done(answer.statusCode);
        sending.destroy();
      },
    );
    sending.on('error', fail);
    sending.write('x');
  });
  expect(status).toBe(400);
});

test('8. keys that would lead out of a folder are refused', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive, {}, {});
  for (const key of [
    '../up',
    '/etc/passwd',
    'a/../../b',
    'a\\b',
    'nul\u0000',
    '',
    '.',
    `${'x'.repeat(256)}`,
  ]) {
    const answer = await archive.ask('POST', `/api/records/${id}/draft/files`, { json: [{ key }] });
    expect([key, answer.status]).toEqual([key, 400]);
  }
});

test('8. an upload that breaks off takes its entry with it', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive, {}, {});
  const files = `/api/records/${id}/draft/files`;
  await archive.ask('POST', files, { json: [{ key: 'big.bin' }] });
  await new Promise<void>((done) => {
    const headers = {
      authorization: `Bearer ${archive.token}`,
      'content-type': 'application/octet-stream',
      'content-length': 1_000_000,
    };
    const sending = httpRequest(`${archive.origin}${files}/big.bin/content`, { method: 'PUT', headers });
    sending.on('error', () => done());
    sending.write(Buffer.alloc(1000), () => setTimeout(() => sending.destroy(), 50));
  });
  await expect.poll(async () => (await archive.ask('GET', files)).body.entries).toEqual([]);
  expect(archive.context.events).toEqual([]);
});

test('8. the files of a published record are locked', async () => {
  const archive = await startArchive();
  const { id } = await publishRecord(archive);
  await archive.ask('POST', `/api/records/${id}/draft`);
  const files = `/api/records/${id}/draft/files`;
  for (const [method, path] of [
    ['POST', files],
    ['PUT', `${files}/experiment.ipynb/content`],
    ['DELETE', `${files}/experiment.ipynb`],
    ['DELETE', files],
  ] as const) {
    const body = method === 'PUT' ? { body: 'x' } : method === 'POST' ? { json: [{ key: 'new.txt' }] } : {};
    const answer = await archive.ask(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([403, 'Bucket is locked for modifications.']);
  }
});

test('9. files of the version before are imported, into a draft that has none', async () => {
  const archive = await startArchive();
  const first = await publishRecord(archive, {}, { 'experiment.ipynb': '{"first": 1}' });
  const { body: version } = await archive.ask('POST', `/api/records/${first.id}/versions`);
  const draft = `/api/records/${version.id}/draft`;
  expect((await archive.ask('POST', `${draft}/actions/files-import`)).status).toBe(201);
  const again = await archive.ask('POST', `${draft}/actions/files-import`);
  expect(again.body.errors).toEqual([
    { field: 'files.enabled', messages: ['Please remove all files first.'] },
  ]);
  expect((await archive.ask('DELETE', `${draft}/files/experiment.ipynb`)).status).toBe(204);
  const kept = await archive.ask('GET', `/api/records/${first.id}/files/experiment.ipynb/content`);
  expect(kept.text).toBe('{"first": 1}');
});

test('content that is not called bytes is 415, and the file waits for it', async () => {
  const archive = await startArchive();
  const { id } = await makeDraft(archive, {}, {});
  const files = `/api/records/${id}/draft/files`;
  await archive.ask('POST', files, { json: [{ key: 'a.json' }] });
  const asJson = await archive.ask('PUT', `${files}/a.json/content`, { json: {} });
  const empty = await archive.ask('PUT', `${files}/a.json/content`);
  expect([asJson.status, empty.status]).toEqual([415, 415]);
  expect((await archive.ask('GET', files)).body.entries).toMatchObject([
    { key: 'a.json', status: 'pending' },
  ]);
});
