import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveFile, ArchiveRecord } from '../model/index.ts';
import { legacyAnswer } from './answers/legacy.ts';
import { type AnswerOptions, nativeAnswer } from './answers/native.ts';
import { type Archive, type Caller, isPublic, maySee } from './archive.ts';
import { Refusal } from './refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** Scheme, host and port that the client asked; the guard has seen that the host is ours. */
export function baseOf(request: FastifyRequest): string {
  return `http://${request.headers.host ?? ''}`;
}

/** What InvenioRDM calls its own shape of a record. */
export const native = 'application/vnd.inveniordm.v1+json';

/** Whether the client asked for InvenioRDM's own shape; any other client gets the old one, as on Zenodo. */
export function wantsNative(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === native);
}

/** Answers a record or draft in the shape that the client asked for. */
export function sendRecord(
  archive: Archive,
  record: ArchiveRecord,
  request: FastifyRequest,
  reply: FastifyReply,
  options: Pick<AnswerOptions, 'of' | 'errors'> & { readonly status?: number },
): FastifyReply {
  const { body, type, revision } = recordBody(archive, record, request, options);
  return reply
    .code(options.status ?? 200)
    .header('etag', `"${revision}"`)
    .type(type)
    .send(JSON.stringify(body));
}

/** A record or draft in the shape that the client asked for, and what to call that shape. */
export function recordBody(
  archive: Archive,
  record: ArchiveRecord,
  request: FastifyRequest,
  options: Pick<AnswerOptions, 'of' | 'errors'>,
): { body: Record<string, unknown>; type: string; revision: unknown } {
  const filesVisible = options.of === 'draft' || (isPublic(record) && maySee(record, request.caller).files);
  const answer = nativeAnswer(archive, record, { ...options, base: baseOf(request), filesVisible });
  const revision = answer.revision_id;
  return wantsNative(request)
    ? { body: answer, type: native, revision }
    : { body: legacyAnswer(answer), type: 'application/json', revision };
}

/** The path parameter of this name. */
export function parameter(request: FastifyRequest, name: string): string {
  const parameters = request.params as Readonly<Record<string, string | undefined>>;
  return parameters[name] ?? '';
}

/** The file of a record that the request names; 404 when there is none. */
export function fileNamed(id: string, files: readonly ArchiveFile[], request: FastifyRequest): ArchiveFile {
  const key = parameter(request, 'key');
  const file = files.find((candidate) => candidate.key === key);
  if (!file) throw new Refusal(404, `Record '${id}' has no file '${key}'.`);
  return file;
}

/** Refuses a change of what has been changed since the client read it (`If-Match`, by revision). */
export function requireRevision(request: FastifyRequest, revision: number): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted === '*') return;
  if (wanted.replaceAll('"', '') !== String(revision)) {
    throw new Refusal(412, 'The revision that was named is not the current one.');
  }
}
