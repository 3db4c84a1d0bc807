import { Failure, isFailure } from '../../failure.ts';
import { type DepositRecord, doiOf } from '../../model/index.ts';
import { at, listAt, textAt } from '../../model/loose.ts';
import type { Draft, Publication, Publisher, PublishTools } from '../types.ts';
import { call, objectionsIn, refused } from './call.ts';
import { filesOf, uploadFiles } from './files.ts';
import { draftBody, nonceSubject } from './metadata.ts';

/**
 * Publishes to Zenodo, its sandbox and any other InvenioRDM through the records API (docs: reference/rest_api_drafts_records).
 * Addresses are made from the archive's origin and the record's id, never taken from answers.
 */
export const invenioRdm: Publisher = {
  id: 'invenio-rdm',
  limits: { files: 100, bytes: 50_000_000_000 },

  async createDraft(record, tools) {
    const draft =
      (await knownDraft(record, tools)) ??
      (await draftsWithNonce(record, tools))[0] ??
      (await makeDraft(record, tools));
    return withDoi(record, draft, tools);
  },

  upload: uploadFiles,

  async describe(record, tools) {
    const json = draftBody(record, tools.archive);
    const path = draftPath(record);
    const answer = await call({ method: 'PUT', path, json, about: record.title, idempotent: true }, tools);
    const problems = objectionsIn(answer);
    if (problems.length > 0) throw refused(record.title, problems, tools);
    const doi = doiIn(answer.json);
    if (doi !== record.doi) throw differs(record, [`its DOI is ${doi ?? 'gone'}`], tools);
  },

  async publish(record, tools) {
    const body = (await published(record, tools)) ?? (await publishDraft(record, tools));
    await compare(record, body, tools);
    return publicationOf(body, record, tools);
  },

  async discard(record, tools) {
    const { recordId } = record;
    const ids = recordId === undefined ? (await draftsWithNonce(record, tools)).map(idIn) : [recordId];
    for (const id of ids) {
      const path = `/api/records/${id}/draft`;
      await call({ method: 'DELETE', path, about: record.title, handles: [404], idempotent: true }, tools);
    }
  },
};

function draftPath(record: DepositRecord): string {
  return `/api/records/${record.recordId}/draft`;
}

/** The draft that the record has already, unless somebody has thrown it away. */
async function knownDraft(record: DepositRecord, tools: PublishTools): Promise<unknown> {
  if (record.recordId === undefined) return undefined;
  const answer = await call({ path: draftPath(record), about: record.title, handles: [404] }, tools);
  return answer.status === 404 ? undefined : answer.json;
}

/**
 * The drafts of an earlier call for this record. The archive's search is loose, so the subject is compared here.
 */
async function draftsWithNonce(record: DepositRecord, tools: PublishTools): Promise<unknown[]> {
  const subject = nonceSubject(record);
  const path = `/api/user/records?q=${encodeURIComponent(`"${subject}"`)}&size=25`;
  const answer = await call({ path, about: record.title }, tools);
  return listAt(answer.json, 'hits', 'hits').filter((hit) => {
    const subjects = listAt(hit, 'metadata', 'subjects').map((entry) => textAt(entry, 'subject'));
    return subjects.includes(subject) && at(hit, 'is_published') !== true;
  });
}

/** Making a draft is no idempotent call: after a lost answer the draft is looked for before another is made. */
async function makeDraft(record: DepositRecord, tools: PublishTools): Promise<unknown> {
  const json = draftBody(record, tools.archive, nonceSubject(record));
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await call({ method: 'POST', path: '/api/records', json, about: record.title }, tools);
      return answer.json;
    } catch (error) {
      if (attempt === 3 || !isFailure(error) || !error.retryable) throw error;
      // Search lags behind by a moment: InvenioRDM's index is refreshed about every second.
      await tools.clock.sleep(1000 * 2 ** attempt, tools.signal);
      const [found] = await draftsWithNonce(record, tools);
      if (found) return found;
    }
  }
}

async function withDoi(record: DepositRecord, draft: unknown, tools: PublishTools): Promise<Draft> {
  const recordId = idIn(draft);
  const page = pageIn(draft) ?? `${tools.archive.origin}/uploads/${recordId}`;
  const reserved = doiIn(draft) ?? (await reserveDoi(record, recordId, tools));
  return { recordId, doi: reserved, page };
}

async function reserveDoi(record: DepositRecord, recordId: string, tools: PublishTools): Promise<string> {
  const draft = `/api/records/${recordId}/draft`;
  const about = record.title;
  const asked = await call(
    { method: 'POST', path: `${draft}/pids/doi`, about, handles: [400], idempotent: true },
    tools,
  );
  // 400 also says that an earlier call, whose answer got lost, has reserved it.
  const body = asked.status === 400 ? (await call({ path: draft, about }, tools)).json : asked.json;
  const doi = doiIn(body);
  if (doi === undefined) throw refused(about, ['no DOI could be reserved', ...objectionsIn(asked)], tools);
  return doi;
}

/** The record as it is public now; undefined while it is not. */
async function published(record: DepositRecord, tools: PublishTools): Promise<unknown> {
  const path = `/api/records/${record.recordId}`;
  const answer = await call({ path, about: record.title, handles: [404] }, tools);
  return answer.status === 404 ? undefined : answer.json;
}

/** Publishing happens once: after a lost answer the record is read before anything is tried again. */
async function publishDraft(record: DepositRecord, tools: PublishTools): Promise<unknown> {
  const path = `${draftPath(record)}/actions/publish`;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await call({ method: 'POST', path, about: record.title }, tools);
      return answer.json;
    } catch (error) {
      const lost = isFailure(error) && (error.retryable || error.code === 'not-found');
      if (!lost) throw error;
      await tools.clock.sleep(500 * 2 ** attempt, tools.signal);
      const body = await published(record, tools);
      if (body) return body;
      if (attempt === 3 || error.code === 'not-found') throw error;
    }
  }
}

async function compare(record: DepositRecord, body: unknown, tools: PublishTools): Promise<void> {
  const doi = doiIn(body);
  const found = await filesOf(record, 'record', tools);
  const wanted = new Map(record.files.map((file) => [file.key, file.md5]));
  const problems = [
    ...(doi === record.doi ? [] : [`its DOI is ${doi ?? 'missing'}`]),
    ...[...wanted].flatMap(([key, md5]) =>
      found.get(key) === md5 ? [] : [`${key} is missing or has other bytes`],
    ),
    ...[...found.keys()].flatMap((key) => (wanted.has(key) ? [] : [`${key} is there too`])),
  ];
  if (problems.length > 0) throw differs(record, problems, tools);
}

function publicationOf(body: unknown, record: DepositRecord, tools: PublishTools): Publication {
  const conceptDoi = doiIn(at(body, 'parent'));
  const page = pageIn(body) ?? `${tools.archive.origin}/records/${record.recordId}`;
  return { page, ...(conceptDoi === undefined ? {} : { conceptDoi }) };
}

/** The id goes into addresses, so its form is checked. */
function idIn(body: unknown): string {
  const id = textAt(body, 'id') ?? '';
  if (/^[A-Za-z0-9-]{1,64}$/.test(id)) return id;
  throw new Failure(
    'unsupported-archive',
    'The archive’s answer is not that of an InvenioRDM: a record has no id.',
    { hint: 'Check its address; repo2vc publishes to Zenodo and other InvenioRDM archives.' },
  );
}

function doiIn(body: unknown): string | undefined {
  return doiOf(textAt(body, 'pids', 'doi', 'identifier') ?? '');
}

function pageIn(body: unknown): string | undefined {
  return textAt(body, 'links', 'self_html');
}

function differs(record: DepositRecord, problems: readonly string[], tools: PublishTools): Failure {
  return new Failure(
    'publication-differs',
    `What ${tools.archive.origin} holds as “${record.title}” (${record.doi}) is not what was sent: ${problems.join('; ')}.`,
    {
      hint: 'Look at the record’s page; when it is public, its owner can correct it there or publish a new version.',
      args: { doi: record.doi ?? '', problems },
    },
  );
}
