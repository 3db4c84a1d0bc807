import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parserOf, type Snapshot } from '../../../repo2vc/src/model/index.ts';
import { fetchSnapshot } from '../../../repo2vc/src/pipeline/fetch.ts';
import { resolve } from '../../../repo2vc/src/pipeline/resolve.ts';
import type { StepTools } from '../../../repo2vc/src/pipeline/types.ts';
import { httpFor } from '../../../repo2vc/src/settings/client.ts';
import { saveCredential } from '../../../repo2vc/src/settings/credentials.ts';
import { localArchives, registerLocalArchive } from '../../../repo2vc/src/settings/local-archives.ts';
import { loadSettings } from '../../../repo2vc/src/settings/settings.ts';
import { publishRecord, startArchive, type TestArchive } from '../../support/archive.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { hastyClock } from '../../support/http.ts';

/** The tools that a command makes for itself on a computer where these archives were served. */
async function toolsAt(...archives: readonly TestArchive[]): Promise<StepTools> {
  const context = testContext({ clock: hastyClock() });
  for (const archive of archives) await registerLocalArchive(context, archive);
  const settings = await loadSettings(context.places, await localArchives(context.places));
  const runFolder = mkdtempSync(join(temporaryFolder(), 'run-'));
  return {
    ...context,
    settings,
    http: httpFor(context, settings, 'test'),
    runFolder,
    workingDirectory: runFolder,
  };
}

async function reproduced(text: string, tools: StepTools): Promise<Snapshot> {
  return fetchSnapshot(await resolve(text, tools), 'snapshot', tools);
}

test('a DOI of a local archive becomes its files', async () => {
  const archive = await startArchive();
  const environment = await publishRecord(archive, { title: 'An environment' }, { 'et.ipynb': '{"a":1}' });
  const related = ['requires', 'references'].map((relation) => ({
    identifier: environment.doi,
    scheme: 'doi',
    relation_type: { id: relation },
    resource_type: { id: 'software-computationalnotebook' },
  }));
  const { doi } = await publishRecord(
    archive,
    { related_identifiers: related },
    { 'experiment.ipynb': '{}', 'data/ä 1%.csv': 'x' },
  );
  const tools = await toolsAt(archive);
  const snapshot = parserOf<Snapshot>('snapshot.schema.json')(
    await reproduced(doi.toUpperCase(), tools),
    'it',
  );
  expect(snapshot).toMatchObject({
    doi,
    title: 'Melting curve of X',
    licence: 'cc-by-4.0',
    publishedAt: '2026-08-21',
    links: [{ role: 'environment', doi: environment.doi, from: 'related-identifiers' }],
  });
  expect(snapshot.files.map(({ path }) => path)).toEqual(['data/ä 1%.csv', 'experiment.ipynb']);
  expect(readFileSync(join(tools.runFolder, 'snapshot', 'data/ä 1%.csv'), 'utf8')).toBe('x');
});

test('a concept DOI becomes its newest version', async () => {
  const archive = await startArchive();
  const { body, doi } = await publishRecord(archive);
  const snapshot = await reproduced(body.parent.pids.doi.identifier, await toolsAt(archive));
  expect(snapshot).toMatchObject({ doi, conceptDoi: body.parent.pids.doi.identifier });
});

test('the page of a record is as good as its DOI', async () => {
  const archive = await startArchive();
  const { id, doi } = await publishRecord(archive);
  expect(await reproduced(`${archive.origin}/records/${id}`, await toolsAt())).toMatchObject({ doi });
});

test('a DOI that nobody registered is unknown', async () => {
  const archive = await startArchive();
  const failure = await failureOf(async () =>
    reproduced(`${archive.doiPrefix}.nothing`, await toolsAt(archive)),
  );
  expect(failure.code).toBe('unknown-doi');
});

test('a removed record says why', async () => {
  const archive = await startArchive();
  const { id, doi } = await publishRecord(archive);
  await archive.ask('DELETE', `/api/records/${id}`, {
    json: { removal_reason: { id: 'retracted' }, note: 'The calibration was wrong.' },
  });
  expect(await failureOf(async () => reproduced(doi, await toolsAt(archive)))).toMatchObject({
    code: 'record-deleted',
    message: expect.stringContaining('The calibration was wrong.'),
  });
});

test('a restricted record needs a login, opens with the token, and not with another', async () => {
  const archive = await startArchive();
  const access = { access: { record: 'public', files: 'restricted' } };
  const { doi } = await publishRecord(archive, {}, undefined, access);
  const tools = await toolsAt(archive);
  expect(await failureOf(() => reproduced(doi, tools))).toMatchObject({
    code: 'login-needed',
    args: { origin: archive.origin, why: 'restricted' },
  });
  await saveCredential(tools.places, archive.origin, await archive.anotherToken({ user: 'somebody@else' }));
  expect(await failureOf(() => reproduced(doi, tools))).toMatchObject({
    code: 'forbidden',
    hint: 'Ask Josiah Carberry for access.',
  });
  await saveCredential(tools.places, archive.origin, 'nonsense');
  expect(await failureOf(() => reproduced(doi, tools))).toMatchObject({
    code: 'login-needed',
    args: { why: 'refused' },
  });
  await saveCredential(tools.places, archive.origin, archive.token);
  expect(await reproduced(doi, tools)).toMatchObject({ doi });
});

test('an archive that was stopped can be started again', async () => {
  const archive = await startArchive();
  const { doi } = await publishRecord(archive);
  const tools = await toolsAt(archive);
  await archive.close();
  expect(await failureOf(() => reproduced(doi, tools))).toMatchObject({
    code: 'archive-not-running',
    hint: `Start it in another terminal: repo2vc archive serve --dir ${archive.directory}`,
  });
});
