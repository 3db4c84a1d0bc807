import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadDeposit } from '../../../repo2vc/src/pipeline/publish/journal.ts';
import {
  discardDrafts,
  draftPublication,
  makePublic,
  publicationHash,
} from '../../../repo2vc/src/pipeline/publish.ts';
import { startArchive } from '../../support/archive.ts';
import { experiment, notebookText } from '../../support/notebook.ts';
import {
  asked,
  byRole,
  desk,
  experimentFiles,
  fetched,
  given,
  publish,
  recordsOf,
  unanswered,
  writeFiles,
  yes,
} from '../../support/publishing.ts';

describe('questions', () => {
  it('asks for what nobody told, before anything is sent', async () => {
    const citation =
      'cff-version: 1.2.0\nmessage: m\ntitle: T of X\nauthors:\n  - family-names: "<family name>"\n';
    const one = await desk({ files: experimentFiles({ 'CITATION.cff': citation }) });
    expect(asked(await publish(one.request, yes, one.tools))).toEqual([
      { kind: 'metadata', field: 'creators', role: 'experiment' },
      { kind: 'metadata', field: 'licence', role: 'experiment' },
    ]);
    expect(await recordsOf(one.archive)).toEqual([]);
    const answers = { ...yes, creators: [{ familyName: 'Carberry' }], licence: 'CC-BY-4.0' };
    const { records } = given(await publish(one.request, answers, one.tools));
    expect(records.map(({ creators }) => creators)).toEqual(records.map(() => answers.creators));
  });

  it('asks to confirm the hash of what becomes public, and publishes for that hash alone', async () => {
    const one = await desk();
    const needs = asked(await publish(one.request, unanswered, one.tools));
    const deposit = await loadDeposit(one.tools.runFolder);
    const hash = publicationHash(deposit ?? expect.fail('there is no journal'));
    expect(needs).toEqual([{ kind: 'confirm', what: 'publication', hash }]);
    expect((await recordsOf(one.archive)).map(({ is_published: isPublic }) => isPublic)).toEqual([
      false,
      false,
      false,
    ]);
    const wrong = { ...unanswered, confirmed: ['0'.repeat(64)] };
    expect(asked(await publish(one.request, wrong, one.tools))).toEqual(needs);
    given(await publish(one.request, { ...unanswered, confirmed: [hash] }, one.tools));
    expect((await recordsOf(one.archive)).map(({ is_published: isPublic }) => isPublic)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('asks again when a file was changed in between', async () => {
    const one = await desk();
    const [first] = asked(await publish(one.request, unanswered, one.tools)) as { hash: string }[];
    writeFiles(one.folder, { 'data/measured/a.csv': 'x,y\n9,9\n' });
    const answers = { ...unanswered, confirmed: [first?.hash ?? ''] };
    const [second] = asked(await publish(one.request, answers, one.tools)) as { hash: string }[];
    expect(second?.hash).not.toBe(first?.hash);
    const { data } = byRole(
      given(await publish(one.request, { ...unanswered, confirmed: [second?.hash ?? ''] }, one.tools))
        .records,
    );
    expect((await fetched(one, data, 'fetched')).text('a.csv')).toBe('x,y\n9,9\n');
  });

  it.each([
    ['no token', undefined],
    ['a wrong one', 'wrong'],
  ])('asks to log in with %s, and goes on after it', async (_, token) => {
    const archive = await startArchive();
    const one = await desk({ archive, token });
    const login = [{ kind: 'login', origin: archive.origin, why: 'publish' }];
    expect(asked(await publish(one.request, yes, one.tools))).toEqual(login);
  });

  it('asks to log in with a token that may not publish', async () => {
    const archive = await startArchive();
    const token = await archive.anotherToken({ scopes: ['deposit:write'] });
    const one = await desk({ archive, token });
    expect(asked(await publish(one.request, yes, one.tools))).toMatchObject([{ kind: 'login' }]);
  });
});

describe('what is not to be finished', () => {
  it('leaves no draft behind', async () => {
    const one = await desk();
    asked(await publish(one.request, unanswered, one.tools));
    await discardDrafts(one.request, one.tools);
    expect(await recordsOf(one.archive)).toEqual([]);
    expect(await loadDeposit(one.tools.runFolder)).toBeUndefined();
    expect(await readdir(one.tools.runFolder)).toEqual([]);
  });

  it('has nothing to do where nothing was made', async () => {
    const one = await desk();
    await discardDrafts(one.request, one.tools);
    expect(await recordsOf(one.archive)).toEqual([]);
  });

  it('throws the draft of a folder away that is no longer used', async () => {
    const one = await desk();
    given(await draftPublication(one.request, unanswered, one.tools));
    const used = experiment({ role: 'environment', path: 'environment' });
    writeFiles(one.folder, { 'analysis.ipynb': notebookText(['# Analysis'], used) });
    const deposit = given(await draftPublication(one.request, unanswered, one.tools));
    expect(deposit.records.map(({ role }) => role)).toEqual(['environment', 'experiment']);
    expect(await recordsOf(one.archive)).toHaveLength(2);
  });

  it('makes a draft anew that somebody threw away', async () => {
    const one = await desk();
    const { records } = given(await draftPublication(one.request, unanswered, one.tools));
    await one.archive.ask('DELETE', `/api/records/${records[1]?.recordId}/draft`);
    const deposit = given(await publish(one.request, yes, one.tools));
    const { environment, experiment: published } = byRole(deposit.records);
    expect(environment.doi).not.toBe(records[1]?.doi);
    expect(published.related[0]?.doi).toBe(environment.doi);
    expect(await recordsOf(one.archive)).toHaveLength(3);
  });

  it('publishes a finished publication no second time', async () => {
    const one = await desk();
    const deposit = given(await publish(one.request, yes, one.tools));
    expect(given(await makePublic(one.request, deposit, unanswered, one.tools))).toEqual(deposit);
    expect(given(await publish(one.request, unanswered, one.tools))).toEqual(deposit);
    expect(await recordsOf(one.archive)).toHaveLength(3);
  });
});
