import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveFile } from '../../model/index.ts';
import { fileAnswer, filesAnswer, filesUrl } from '../answers/files.ts';
import { type Archive, timestamp } from '../archive.ts';
import { isObject } from '../checks.ts';
import { invalid, Refusal } from '../refusal.ts';
import { baseOf } from '../requests.ts';
import { sendFile } from '../send-file.ts';
import { draftFor, fileIn, openDraftFor, withFiles } from './draft-file.ts';
import { oneByOne, routesOf } from './route.ts';
import { commitFile, receiveContent } from './uploads.ts';

/** How many files a record may hold, as on Zenodo. */
const mostFiles = 100;

/** The routes that bring files into a draft: announce, send, commit; list, read, remove. */
export function addDraftFileRoutes(app: FastifyInstance, archive: Archive): void {
  const files = '/api/records/:id/draft/files';
  const bound = routesOf(archive);
  app.get(files, bound(listFiles));
  app.post(files, bound(oneByOne(announceFiles)));
  app.delete(files, bound(oneByOne(removeAllFiles)));
  app.get(`${files}/:key`, bound(readFile));
  app.delete(`${files}/:key`, bound(oneByOne(removeFile)));
  app.put(`${files}/:key/content`, bound(receiveContent));
  app.get(`${files}/:key/content`, bound(readContent));
  app.post(`${files}/:key/commit`, bound(oneByOne(commitFile)));
}

function listFiles(archive: Archive, request: FastifyRequest): unknown {
  const record = draftFor(archive, request);
  return filesAnswer(record.draft, filesUrl(baseOf(request), record, 'draft'));
}

function readFile(archive: Archive, request: FastifyRequest): unknown {
  const record = draftFor(archive, request);
  return fileAnswer(fileIn(record, request), filesUrl(baseOf(request), record, 'draft'));
}

function readContent(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const file = fileIn(draftFor(archive, request), request);
  if (file.status !== 'completed') throw new Refusal(404, `File '${file.key}' is not complete.`);
  return sendFile(archive, file, request, reply);
}

async function announceFiles(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const record = openDraftFor(archive, request);
  const keys = keysIn(request.body);
  for (const [index, key] of keys.entries()) {
    if (record.draft.files.some((file) => file.key === key) || keys.indexOf(key) !== index) {
      throw new Refusal(400, `File with key ${key} already exists.`);
    }
  }
  if (!record.draft.filesEnabled) throw new Refusal(400, 'Files are not enabled for this record.');
  if (record.draft.files.length + keys.length > mostFiles) {
    throw new Refusal(400, 'Uploading selected files will result in exceeding the max amount per record.');
  }
  const now = timestamp(archive);
  const added = keys.map((key): ArchiveFile => ({ key, status: 'pending', createdAt: now, updatedAt: now }));
  const changed = withFiles(archive, record, [...record.draft.files, ...added]);
  await archive.store.put(changed);
  return reply.code(201).send(filesAnswer(changed.draft, filesUrl(baseOf(request), changed, 'draft')));
}

function keysIn(body: unknown): string[] {
  if (!Array.isArray(body)) throw new Refusal(400, 'Unable to decode JSON data in request body.');
  if (body.length === 0) throw new Refusal(400, 'No files to upload.');
  return body.map((entry, index) => {
    const key = isObject(entry) ? entry.key : undefined;
    if (typeof key !== 'string') {
      throw invalid({ field: `${index}.key`, messages: ['Missing data for required field.'] });
    }
    if (isObject(entry) && isObject(entry.transfer) && entry.transfer.type !== 'L') {
      throw invalid({ field: `${index}.transfer.type`, messages: ['Only uploads (L) are taken here.'] });
    }
    if (!isSafeKey(key)) throw new Refusal(400, `Invalid filename ${JSON.stringify(key)}.`);
    return key;
  });
}

/** A key that can be a file's path on any computer, inside the folder it is put into. */
function isSafeKey(key: string): boolean {
  const parts = key.split('/');
  return (
    Buffer.byteLength(key) <= 255 &&
    !/[\p{Cc}\\]/u.test(key) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

async function removeFile(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const record = openDraftFor(archive, request);
  const removed = fileIn(record, request);
  await archive.store.put(
    withFiles(
      archive,
      record,
      record.draft.files.filter((file) => file !== removed),
    ),
  );
  return reply.code(204).send();
}

async function removeAllFiles(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  await archive.store.put(withFiles(archive, openDraftFor(archive, request), []));
  return reply.code(204).send();
}
