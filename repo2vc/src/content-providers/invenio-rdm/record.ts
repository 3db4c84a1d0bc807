import { Failure, isFailure } from '../../failure.ts';
import type { HttpAnswer } from '../../io/http.ts';
import { doiOf, type InvenioRdmReference } from '../../model/index.ts';
import { at, listAt, textAt } from '../../model/loose.ts';
import type { FetchTools } from '../types.ts';

/** What is read of a record. `raw` is the whole answer. */
export interface RecordView {
  /** Of the version: another than was asked for when that was a concept. */
  readonly id: string;
  readonly origin: string;
  readonly raw: unknown;
  readonly title: string | undefined;
  readonly doi: string | undefined;
  readonly conceptDoi: string | undefined;
  readonly creators: readonly string[];
  readonly page: string;
}

/** One file, as the archive lists it. */
export interface RecordFile {
  readonly key: string;
  readonly size: number;
  readonly checksum: string | undefined;
}

/** Zenodo answers a plain `application/json` in the form it had before InvenioRDM. */
const accept = 'application/vnd.inveniordm.v1+json';

/** Whether the person gave the record's own address. Then it may lie in a private network; a DOI may not lead there. */
export function typedOf(reference: InvenioRdmReference): boolean {
  return doiOf(reference.text) === undefined;
}

/** Reads a record; a concept is redirected to its newest version by the archive. */
export async function readRecord(reference: InvenioRdmReference, tools: FetchTools): Promise<RecordView> {
  const { origin, recordId } = reference;
  const answer = await tools.http
    .request({
      url: `${origin}/api/records/${recordId}`,
      accept,
      expect: [404, 410],
      typed: typedOf(reference),
      emit: tools.emit,
      signal: tools.signal,
    })
    .catch((error: unknown) => {
      throw whomToAsk(error, reference, []);
    });
  if (answer.status === 404) throw unknown(reference);
  if (answer.status === 410) throw deleted(reference, answer);
  const record = viewOf(answer, reference);
  const { doi } = reference;
  if (doi && doi !== record.doi && doi !== record.conceptDoi) throw unknown(reference);
  if (record.id !== recordId) {
    tools.emit({ code: 'version-chosen', args: { concept: doi ?? recordId, doi: record.doi ?? record.id } });
  }
  return record;
}

function viewOf(answer: HttpAnswer, reference: InvenioRdmReference): RecordView {
  const raw = answer.json;
  const id = textAt(raw, 'id');
  if (
    !id ||
    !/^[A-Za-z0-9-]{1,64}$/.test(id) ||
    at(raw, 'metadata') === undefined ||
    at(raw, 'parent') === undefined
  ) {
    throw new Failure('unsupported-archive', `${reference.origin} is no InvenioRDM archive.`, {
      hint: 'repo2vc reads Zenodo and other InvenioRDM archives, git repositories and folders.',
      args: { origin: reference.origin },
    });
  }
  return {
    id,
    origin: reference.origin,
    raw,
    title: textAt(raw, 'metadata', 'title'),
    doi: doiOf(textAt(raw, 'pids', 'doi', 'identifier') ?? ''),
    conceptDoi: doiOf(textAt(raw, 'parent', 'pids', 'doi', 'identifier') ?? ''),
    creators: listAt(raw, 'metadata', 'creators').flatMap((entry) => creatorName(entry) ?? []),
    page: `${reference.origin}/records/${id}`,
  };
}

function creatorName(creator: unknown): string | undefined {
  const who = at(creator, 'person_or_org');
  const parts = [textAt(who, 'given_name'), textAt(who, 'family_name')].filter(Boolean).join(' ');
  return parts || textAt(who, 'name');
}

/** Lists the record's files. */
export async function listRecordFiles(
  record: RecordView,
  reference: InvenioRdmReference,
  tools: FetchTools,
): Promise<RecordFile[]> {
  if (at(record.raw, 'files', 'enabled') === false) throw empty(record);
  const answer = await tools.http
    .request({
      url: `${record.origin}/api/records/${record.id}/files`,
      typed: typedOf(reference),
      emit: tools.emit,
      signal: tools.signal,
    })
    .catch((error: unknown) => {
      throw whomToAsk(error, reference, record.creators);
    });
  const files = listAt(answer.json, 'entries').map((entry) => fileOf(entry, record));
  if (files.length === 0) throw empty(record);
  return files;
}

function fileOf(entry: unknown, record: RecordView): RecordFile {
  const key = textAt(entry, 'key');
  const size = at(entry, 'size');
  if (key === undefined || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Failure('bad-answer', `${record.page} lists a file without a name or a size.`, {
      hint: 'Look at that page: the record may be damaged. Its archive can mend it.',
      args: { url: record.page },
    });
  }
  return { key, size, checksum: textAt(entry, 'checksum') };
}

/** Makes a refusal say who could open the record. */
export function whomToAsk(
  error: unknown,
  reference: InvenioRdmReference,
  creators: readonly string[],
): unknown {
  if (!isFailure(error) || error.code !== 'forbidden') return error;
  const page = `${reference.origin}/records/${reference.recordId}`;
  return new Failure('forbidden', `Your token for ${reference.origin} does not open ${page}.`, {
    hint:
      creators.length > 0 ? `Ask ${creators.join(', ')} for access.` : `Ask its owner for access at ${page}.`,
    args: { ...error.args, creators },
  });
}

function unknown({ text, origin, recordId, doi }: InvenioRdmReference): Failure {
  return new Failure('unknown-record', `${origin} has no record ${doi ?? recordId}.`, {
    hint: 'Check the reference. A record that was published a moment ago may take a minute to appear.',
    args: { reference: text, origin, recordId },
  });
}

function deleted({ origin, recordId }: InvenioRdmReference, answer: HttpAnswer): Failure {
  const tombstone = at(answer.json, 'tombstone');
  const reason =
    textAt(tombstone, 'note') ??
    textAt(tombstone, 'removal_reason', 'title', 'en') ??
    textAt(tombstone, 'removal_reason', 'id');
  const citation = textAt(tombstone, 'citation_text');
  return new Failure(
    'record-deleted',
    `The record ${recordId} of ${origin} was deleted${reason ? `: ${reason.slice(0, 300)}` : ''}.`,
    {
      hint: citation ? `It was: ${citation.slice(0, 300)}` : 'Ask its authors for a copy.',
      args: { origin, recordId, reason: reason ?? '' },
    },
  );
}

function empty(record: RecordView): Failure {
  return new Failure('record-empty', `The record ${record.page} has no files.`, {
    hint: 'A record without files cannot be reproduced.',
    args: { page: record.page },
  });
}
