import { expect, test } from 'vitest';
import { makeDraft, publishRecord, startArchive } from '../../support/archive.ts';

// Numbers are those of the rules that a faithful InvenioRDM keeps.

test('10. concepts and latest versions redirect', async () => {
  const archive = await startArchive();
  const first = await publishRecord(archive);
  const { body: version } = await archive.ask('POST', `/api/records/${first.id}/versions`);
  await archive.ask('POST', `/api/records/${version.id}/draft/actions/files-import`);
  await archive.ask('POST', `/api/records/${version.id}/draft/actions/publish`);
  const parent = first.body.parent;
  const concept = await archive.ask('GET', `/api/records/${parent.id}`);
  const newest = `${archive.origin}/api/records/${version.id}`;
  expect([concept.status, concept.headers.get('location')]).toEqual([302, newest]);
  for (const id of [first.id, parent.id]) {
    const latest = await archive.ask('GET', `/api/records/${id}/versions/latest`);
    expect([latest.status, latest.headers.get('location'), latest.body.location]).toEqual([
      301,
      newest,
      newest,
    ]);
  }
  expect((await archive.ask('GET', `/api/records/${parent.id}/files`)).status).toBe(404);
  const versions = await archive.ask('GET', `/api/records/${first.id}/versions`);
  expect(versions.body.hits.hits.map((hit: { id: string }) => hit.id)).toEqual([version.id, first.id]);
  const handle = await archive.ask('GET', `/doi.org/api/handles/${parent.pids.doi.identifier}`);
  expect(handle.body.values[0].data.value).toBe(`${archive.origin}/records/${parent.id}`);
});

test('10. a removed record is 410 with its tombstone, or 404 when that is hidden', async () => {
  const archive = await startArchive();
  const seen = await publishRecord(archive);
  const hidden = await publishRecord(archive);
  const reason = { json: { removal_reason: { id: 'test-record' }, note: 'Only a trial.' } };
  expect((await archive.ask('DELETE', `/api/records/${seen.id}`, reason)).status).toBe(204);
  const gone = await archive.ask('GET', `/api/records/${seen.id}`);
  expect(gone.status).toBe(410);
  expect(gone.body.tombstone).toMatchObject({ removal_reason: { id: 'test-record' }, note: 'Only a trial.' });
  expect((await archive.ask('GET', `/api/records/${seen.id}/files`)).status).toBe(410);
  expect((await archive.ask('GET', `/api/records/${seen.body.parent.id}`)).status).toBe(410);
  await archive.ask('DELETE', `/api/records/${hidden.id}`, { json: { is_visible: false } });
  expect((await archive.ask('GET', `/api/records/${hidden.id}`)).status).toBe(404);
  const stranger = await archive.anotherToken({ user: 'somebody@else' });
  const mine = await publishRecord(archive);
  expect((await archive.ask('DELETE', `/api/records/${mine.id}`, { token: stranger })).status).toBe(403);
});

test('13. a draft is found again by its nonce after a lost answer', async () => {
  const archive = await startArchive();
  const nonce = 'repo2vc-nonce:k3j9x2';
  const { id } = await makeDraft(archive, { subjects: [{ subject: nonce }] });
  const find = (q: string, token: string) =>
    archive.ask('GET', `/api/user/records?q=${encodeURIComponent(q)}`, { token });
  const found = await find(`metadata.subjects.subject:"${nonce}"`, archive.token);
  expect(found.body.hits).toMatchObject({ total: 1, hits: [{ id, is_published: false }] });
  expect((await find(`"${nonce}"`, archive.token)).body.hits.total).toBe(1);
  expect((await find('"repo2vc-nonce:other"', archive.token)).body.hits.total).toBe(0);
  const stranger = await archive.anotherToken({ user: 'somebody@else' });
  expect((await find(`"${nonce}"`, stranger)).body.hits.total).toBe(0);
  expect((await archive.ask('GET', '/api/records')).body.hits.total).toBe(0);
});

test('15. the resolver and DataCite answer for published DOIs, reverse links among them', async () => {
  const archive = await startArchive();
  const et = await publishRecord(archive, { title: 'An environment' });
  const related = [
    { identifier: et.doi, scheme: 'doi', relation_type: { id: 'requires' } },
    { identifier: et.doi, scheme: 'doi', relation_type: { id: 'references' } },
  ];
  const n = await publishRecord(archive, { related_identifiers: related });
  const draft = await makeDraft(archive);
  const agency = (doi: string) => archive.ask('GET', `/doi.org/doiRA/${doi}`);
  expect((await agency(n.doi)).body).toEqual([{ DOI: n.doi, RA: 'DataCite' }]);
  expect((await agency(draft.doi)).body).toEqual([{ DOI: draft.doi, status: 'DOI does not exist' }]);
  expect((await agency('nonsense')).body).toEqual([{ DOI: 'nonsense', status: 'Invalid DOI' }]);
  const dataCite = await archive.ask('GET', `/datacite/dois/${n.doi}`);
  expect(dataCite.body.data.attributes.relatedIdentifiers[0]).toMatchObject({
    relatedIdentifier: et.doi,
    relatedIdentifierType: 'DOI',
    relationType: 'Requires',
  });
  expect((await archive.ask('GET', `/datacite/dois/${draft.doi}`)).status).toBe(404);
  const query = encodeURIComponent(`relatedIdentifiers.relatedIdentifier:"${et.doi.toUpperCase()}"`);
  const reverse = await archive.ask('GET', `/datacite/dois?query=${query}&page[size]=100`);
  expect(reverse.body.data.map((one: { id: string }) => one.id)).toEqual([n.doi]);
  const q = `metadata.related_identifiers.identifier:"${et.doi}" AND metadata.related_identifiers.relation_type.id:requires`;
  const search = await archive.ask('GET', `/api/records?q=${encodeURIComponent(q)}&allversions=true&size=25`);
  expect(search.body.hits.hits.map((hit: { id: string }) => hit.id)).toEqual([n.id]);
});

test('pages of results have a largest size, and an unquoted DOI is no query', async () => {
  const archive = await startArchive();
  const size = async (value: string, token?: string) =>
    (await archive.ask('GET', `/api/records?size=${value}`, { token })).status;
  expect(await size('25')).toBe(200);
  expect(await size('26')).toBe(400);
  expect(await size('100', archive.token)).toBe(200);
  expect(await size('101', archive.token)).toBe(400);
  expect(await size('0')).toBe(400);
  const unquoted = await archive.ask('GET', '/api/records?q=related.identifier:10.1234/abc');
  expect(unquoted.status).toBe(400);
});

test('restricted files are for the owner, restricted records are not even found', async () => {
  const archive = await startArchive();
  const closed = await publishRecord(archive, {}, undefined, {
    access: { record: 'public', files: 'restricted' },
  });
  const secret = await publishRecord(archive, {}, undefined, {
    access: { record: 'restricted', files: 'restricted' },
  });
  const anyone = { token: undefined };
  const record = await archive.ask('GET', `/api/records/${closed.id}`, anyone);
  expect(record.body.access.status).toBe('restricted');
  expect(record.body.files).not.toHaveProperty('entries');
  for (const path of ['files', 'files/experiment.ipynb', 'files/experiment.ipynb/content']) {
    expect((await archive.ask('GET', `/api/records/${closed.id}/${path}`, anyone)).status).toBe(403);
    expect((await archive.ask('GET', `/api/records/${closed.id}/${path}`)).status).toBe(200);
  }
  expect((await archive.ask('GET', `/api/records/${secret.id}`, anyone)).status).toBe(403);
  expect((await archive.ask('GET', `/api/records/${secret.id}`)).status).toBe(200);
  expect((await archive.ask('GET', '/api/records', anyone)).body.hits.total).toBe(1);
  expect((await archive.ask('GET', '/', anyone)).text).not.toContain(secret.id);
});
