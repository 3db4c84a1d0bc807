import { describe, expect, it } from 'vitest';
import { failureOf } from '../../support/failures.ts';
import {
  answerOf,
  doi,
  draft,
  pids,
  plain,
  type Reply,
  record,
  recordedArchive,
  refusal,
} from '../../support/recorded-publishing.ts';

const { recordId: _id, doi: _doi, ...fresh } = record();
const nothingFound = plain(200, { hits: { hits: [], total: 0 }, aggregations: {} });

describe('making a draft', () => {
  it('reads its id and the DOI that is reserved', async () => {
    const { tools, publisher, seen } = await recordedArchive({
      'GET /api/user/records': [nothingFound],
      'POST /api/records': [draft({ pids: {} }, 201)],
      'POST /api/records/12345/draft/pids/doi': [draft({}, 201)],
    });
    const made = await publisher.createDraft(fresh, tools);
    expect(made).toEqual({ recordId: '12345', doi, page: `${tools.archive.origin}/uploads/12345` });
    const wanted = seen.map(({ headers }) => headers.accept);
    expect(new Set(wanted)).toEqual(new Set(['application/vnd.inveniordm.v1+json']));
  });

  it('finds the draft of an interrupted call by its nonce, and by nothing that only looks like it', async () => {
    const hit = (id: string, subject: string, more: object = {}) => ({
      id,
      is_published: false,
      metadata: { subjects: [{ subject }] },
      ...more,
    });
    const hits = [
      hit('1', 'repo2vc:other'),
      hit('2', 'repo2vc:abcdefghijkl', { is_published: true }),
      hit('3', 'repo2vc:abcdefghijkl', { pids }),
    ];
    const { tools, publisher, routes } = await recordedArchive({
      'GET /api/user/records': [plain(200, { hits: { hits, total: 3 } })],
    });
    expect((await publisher.createDraft(fresh, tools)).recordId).toBe('3');
    expect(routes()).toEqual(['GET /api/user/records']);
  });

  it('reads a DOI that was reserved by a call whose answer got lost', async () => {
    const { tools, publisher } = await recordedArchive({
      'GET /api/user/records': [nothingFound],
      'POST /api/records': [draft({ pids: {} }, 201)],
      'POST /api/records/12345/draft/pids/doi': [refusal('doi-reserved-already')],
      'GET /api/records/12345/draft': [draft()],
    });
    expect((await publisher.createDraft(fresh, tools)).doi).toBe(doi);
  });

  it.each([401, 403])('says that a login is needed for %s, without the token', async (status) => {
    const { tools, publisher } = await recordedArchive({
      'GET /api/user/records': [plain(status, { status, message: 'Permission denied for a-secret-token.' })],
    });
    const failure = await failureOf(() => publisher.createDraft(fresh, tools));
    expect(failure).toMatchObject({
      code: 'login-needed',
      args: { origin: tools.archive.origin, why: 'publish' },
    });
    expect(JSON.stringify([failure.message, failure.hint, failure.args])).not.toContain('a-secret-token');
  });

  it('refuses the answers of another kind of server', async () => {
    const { tools, publisher } = await recordedArchive({
      'GET /api/user/records': [nothingFound],
      'POST /api/records': [plain(201, { id: 12345, conceptrecid: '12344' })],
    });
    expect((await failureOf(() => publisher.createDraft(fresh, tools))).code).toBe('unsupported-archive');
  });
});

describe('describing a draft', () => {
  const route = 'PUT /api/records/12345/draft';

  it('takes a 200 with errors for the refusal that it is, and lists every one', async () => {
    const errors = [
      { field: 'metadata.title', messages: ['Shorter than minimum length 3.'] },
      {
        field: 'metadata.related_identifiers.0.scheme',
        messages: ['Invalid scheme.', 'Missing identifier.'],
      },
    ];
    const { tools, publisher } = await recordedArchive({ [route]: [draft({ errors })] });
    const failure = await failureOf(() => publisher.describe(record(), tools));
    expect(failure.code).toBe('draft-refused');
    expect(failure.args.problems).toEqual([
      'metadata.title: Shorter than minimum length 3',
      'metadata.related_identifiers.0.scheme: Invalid scheme',
      'metadata.related_identifiers.0.scheme: Missing identifier',
    ]);
  });

  it('tells a word that the archive’s vocabulary lacks', async () => {
    const message = 'Invalid value cc-by-9.0. Please use one of the licenses.';
    const { tools, publisher } = await recordedArchive({ [route]: [plain(400, { status: 400, message })] });
    const failure = await failureOf(() => publisher.describe(record({ licence: 'CC-BY-9.0' }), tools));
    expect(failure).toMatchObject({ code: 'draft-refused' });
    expect(failure.message).toContain('cc-by-9.0');
  });

  it('notices when the reserved DOI is gone', async () => {
    const { tools, publisher } = await recordedArchive({ [route]: [draft({ pids: {} })] });
    expect((await failureOf(() => publisher.describe(record(), tools))).code).toBe('publication-differs');
  });
});

describe('publishing a draft', () => {
  const read = 'GET /api/records/12345';
  const act = 'POST /api/records/12345/draft/actions/publish';
  const files = 'GET /api/records/12345/files';
  const unknown = plain(404, { status: 404, message: 'The persistent identifier is not registered.' });
  const isPublic: Reply = (origin) => [202, answerOf('record', origin)];
  const read200: Reply = (origin) => [200, answerOf('record', origin)];
  const noFiles = plain(200, { enabled: true, entries: [] });

  it('gives the concept DOI and the page', async () => {
    const { tools, publisher, routes } = await recordedArchive({
      [read]: [unknown],
      [act]: [isPublic],
      [files]: [noFiles],
    });
    expect(await publisher.publish(record(), tools)).toEqual({
      conceptDoi: '10.5281/zenodo.12344',
      page: `${tools.archive.origin}/records/12345`,
    });
    expect(routes()).toEqual([read, act, files]);
  });

  it('lists everything that the archive objects to', async () => {
    const { tools, publisher } = await recordedArchive({
      [read]: [unknown],
      [act]: [refusal('draft-refused')],
    });
    const failure = await failureOf(() => publisher.publish(record(), tools));
    expect(failure.code).toBe('draft-refused');
    expect(failure.args.problems).toEqual([
      'metadata.publication_date: Missing data for required field',
      'metadata.creators.0.person_or_org.family_name: Family name must be filled',
    ]);
  });

  it('reads the record after an answer that never came, and does not publish twice', async () => {
    const { tools, publisher, routes } = await recordedArchive({
      [read]: [unknown, read200],
      [act]: [plain(504, { status: 504, message: 'Gateway timeout' })],
      [files]: [noFiles],
    });
    await publisher.publish(record(), tools);
    expect(routes()).toEqual([read, act, read, files]);
  });

  it('does nothing for what is public already', async () => {
    const { tools, publisher, routes } = await recordedArchive({ [read]: [read200], [files]: [noFiles] });
    await publisher.publish(record(), tools);
    expect(routes()).toEqual([read, files]);
  });

  it('finds out that another record became public', async () => {
    const { tools, publisher } = await recordedArchive({ [read]: [read200], [files]: [noFiles] });
    const failure = await failureOf(() => publisher.publish(record({ doi: '10.5281/zenodo.1' }), tools));
    expect(failure.code).toBe('publication-differs');
  });
});
