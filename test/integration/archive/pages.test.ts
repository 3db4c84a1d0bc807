import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDraft, publishRecord, startArchive } from '../../support/archive.ts';

test('an experiment and its environment show each other, and how the experiment is reproduced', async () => {
  const archive = await startArchive();
  const et = await publishRecord(archive, { title: 'Environment for X' });
  const data = await publishRecord(archive, { title: 'Data of X', resource_type: { id: 'dataset' } });
  const link = (doi: string, relation: string, type: string) => ({
    identifier: doi,
    scheme: 'doi',
    relation_type: { id: relation },
    resource_type: { id: type },
  });
  const n = await publishRecord(archive, {
    title: 'Experiment X',
    related_identifiers: [
      link(et.doi, 'requires', 'software-computationalnotebook'),
      link(et.doi, 'references', 'software-computationalnotebook'),
      link(data.doi, 'references', 'dataset'),
    ],
  });
  const page = async (id: string) => (await archive.ask('GET', `/records/${id}`, { token: undefined })).text;
  const experiment = await page(n.id);
  expect(experiment).toContain(`repo2vc reproduce ${n.doi}`);
  expect(experiment.split(`href="/records/${et.id}"`)).toHaveLength(2);
  expect(experiment).toMatch(/The data it used[\s\S]*Data of X/);
  expect(experiment).toContain('https://orcid.org/0000-0002-1825-0097');
  expect(experiment).toContain('Carberry, J. (2026). Experiment X (Version 1.0.0). repo2vc.');
  const environment = await page(et.id);
  expect(environment).toMatch(/Experiments that used this environment[\s\S]*Experiment X/);
  expect(environment).not.toContain('repo2vc reproduce');
  expect(environment).toContain(`repo2vc publish FOLDER --to local --environment ${et.doi}`);
  expect(await page(data.id)).toMatch(/Experiments that used this data[\s\S]*Experiment X/);
  const index = (await archive.ask('GET', '/', { token: undefined })).text;
  expect(index.indexOf('Experiment X')).toBeLessThan(index.indexOf('Environment for X'));
});

test('an experiment that was packed says how it is reproduced, and data does not', async () => {
  const archive = await startArchive();
  const subjects = [{ subject: 'repo2vc' }, { subject: 'repo2vc:experiment' }];
  const packed = await publishRecord(archive, { subjects }, { 'melting.zip': 'PK' });
  const data = await publishRecord(archive, { resource_type: { id: 'dataset' } }, { 'data.zip': 'PK' });
  const page = async (id: string) => (await archive.ask('GET', `/records/${id}`)).text;
  expect(await page(packed.id)).toContain(`repo2vc reproduce ${packed.doi}`);
  expect(await page(data.id)).not.toContain('repo2vc reproduce');
});

test('an interval shows its beginning and its end', async () => {
  const archive = await startArchive();
  const { id } = await publishRecord(archive, { publication_date: '1879-06-05/1879-07-02' });
  expect((await archive.ask('GET', `/records/${id}`)).text).toContain('5 June 1879 to 2 July 1879');
});

test('a removed record keeps its page and its DOIs, and none of its files', async () => {
  const archive = await startArchive();
  const { id, doi, body } = await publishRecord(archive, {}, { 'experiment.ipynb': '{"bytes": 1}' });
  await archive.ask('DELETE', `/api/records/${id}`, { json: { note: 'wrong data' } });
  expect(readdirSync(join(archive.directory, 'files'))).toEqual([]);
  const page = await archive.ask('GET', `/records/${id}`);
  expect([page.status, page.text.includes('wrong data')]).toEqual([410, true]);
  const parent: string = body.parent.id;
  for (const path of [
    `/records/${parent}`,
    `/records/${id}/latest`,
    `/records/${parent}/latest`,
    `/doi/${doi}`,
  ]) {
    const { headers } = await archive.ask('GET', path);
    expect([path, headers.get('location')?.replace(archive.origin, '')]).toEqual([path, `/records/${id}`]);
  }
});

test('nothing that a stranger writes becomes HTML', async () => {
  const archive = await startArchive();
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
  const { id, doi } = await publishRecord(
    archive,
    {
      title: evil,
      publisher: evil,
      version: evil,
      description: `<p onclick="alert(3)">kept</p>${evil}<a href="javascript:alert(4)">link</a>`,
      subjects: [{ subject: evil }],
      creators: [{ person_or_org: { type: 'organizational', name: evil }, affiliations: [{ name: evil }] }],
      rights: [{ title: { en: evil }, link: 'javascript:alert(5)' }],
      related_identifiers: [
        { identifier: 'javascript:alert(6)', scheme: 'other', relation_type: { id: 'cites' } },
      ],
    },
    { [`${evil.replaceAll('/', '')}.txt`]: 'x' },
  );
  for (const path of [`/records/${id}`, '/', `/?q=${encodeURIComponent(evil)}`]) {
    const { text } = await archive.ask('GET', path);
    expect(text).not.toMatch(/<script|<img|href="javascript:/i);
    expect(text.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]+\son\w+=/i);
  }
  await archive.ask('DELETE', `/api/records/${id}`, { json: { note: evil, removal_reason: { id: evil } } });
  const tombstone = await archive.ask('GET', `/records/${id}`);
  expect([tombstone.status, tombstone.text.includes(doi)]).toEqual([410, true]);
  expect(tombstone.text).not.toMatch(/<script|<img/i);
});

test('a DOI leads to the page, a concept to its newest version, and a draft to a page that says so', async () => {
  const archive = await startArchive();
  const { id, doi, body } = await publishRecord(archive);
  const to = async (path: string) => {
    const { status, headers } = await archive.ask('GET', path, { token: undefined });
    return [status, headers.get('location')?.replace(archive.origin, '')];
  };
  expect(await to(`/doi/${doi}`)).toEqual([302, `/records/${id}`]);
  expect(await to(`/doi.org/${doi}`)).toEqual([302, `/records/${id}`]);
  expect(await to(`/records/${body.parent.id}`)).toEqual([302, `/records/${id}`]);
  expect(await to(`/uploads/${id}`)).toEqual([302, `/records/${id}`]);
  const draft = await makeDraft(archive, { title: 'Secret title' });
  const page = await archive.ask('GET', `/uploads/${draft.id}`, { token: undefined });
  expect([page.status, page.text.includes('Secret title')]).toEqual([404, false]);
  for (const path of ['/records/aaaaa-aaaaa', '/doi/10.1234/unknown']) {
    const nothing = await archive.ask('GET', path);
    expect([nothing.status, nothing.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  }
  expect((await archive.ask('GET', '/doi.org/10.1234/unknown')).body).toMatchObject({ status: 404 });
});

test('the search of the front page takes what people type', async () => {
  const archive = await startArchive();
  const { doi } = await publishRecord(archive, { title: 'Melting curve of gallium' });
  await publishRecord(archive, { title: 'Another thing' });
  for (const typed of ['gallium', doi, 'https://doi.org/x "gallium', 'carberry melting']) {
    const { status, text } = await archive.ask('GET', `/?q=${encodeURIComponent(typed)}`);
    expect([typed, status, text.includes('Another thing')]).toEqual([typed, 200, false]);
  }
});
