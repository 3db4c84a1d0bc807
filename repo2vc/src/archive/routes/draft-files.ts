import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveFile } from '../../model/index.ts';
import { fileAnswer, filesAnswer, filesUrl } from '../answers/files.ts';
import { type Archive, type Draft, ownDraft, timestamp } from '../archive.ts';
import { isObject } from '../checks.ts';
import { invalid, Refusal } from '../refusal.ts';
import { baseOf, parameter } from '../requests.ts';
import { sendFile } from '../send-file.ts';
import type { ReceivedFile } from '../store.ts';
import { oneByOne, routesOf } from './route.ts';

/** What a record may hold, as on Zenodo. */
const mostFiles = 100;
const mostBytes = 50 * 1000 ** 3;

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

function draftFor(archive: Archive, request: FastifyRequest): Draft {
  return ownDraft(archive, request.caller, 'deposit:write', parameter(request, 'id'));
}

/** The draft, when its files may still change: those of a published record never do. */
function openDraftFor(archive: Archive, request: FastifyRequest): Draft {
  const record = draftFor(archive, request);
  if (record.published) throw new Refusal(403, 'Bucket is locked for modifications.');
  return record;
}

function fileIn(record: Draft, request: FastifyRequest): ArchiveFile {
  const key = parameter(request, 'key');
  const file = record.draft.files.find((candidate) => candidate.key === key);
  if (!file) throw new Refusal(404, `Record '${record.id}' has no file '${key}'.`);
  return file;
}

function withFiles(archive: Archive, record: Draft, files: ArchiveFile[]): Draft {
  const { defaultPreview, ...draft } = record.draft;
  const kept = files.some((file) => file.key === defaultPreview) && defaultPreview !== undefined;
  const changes = { files, revision: draft.revision + 1, updatedAt: timestamp(archive) };
  return { ...record, draft: { ...draft, ...changes, ...(kept ? { defaultPreview } : {}) } };
}

function replaced(record: Draft, file: ArchiveFile): ArchiveFile[] {
  return record.draft.files.map((candidate) => (candidate.key === file.key ? file : candidate));
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

async function receiveContent(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const record = openDraftFor(archive, request);
  const file = fileIn(record, request);
  const url = filesUrl(baseOf(request), record, 'draft');
  if (file.status === 'completed') {
    await dropEntry(archive, request);
    request.raw.resume();
    return reply.send({ ...fileAnswer(file, url), errors: 'File upload transfer failed.' });
  }
  const others = record.draft.files.filter((other) => other !== file);
  const room = mostBytes - others.reduce((sum, { size = 0 }) => sum + size, 0);
  const tooLarge = () =>
    new Refusal(400, 'The file is larger than this record has room for.', {}, { connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > room) throw tooLarge();
  const fileId = archive.context.random(32);
  const received = await archive.store
    .receive(fileId, request.body as Readable, room, tooLarge)
    .catch(async (error: unknown) => {
      await dropEntry(archive, request);
      throw error;
    });
  return fileAnswer(await enterContent(archive, request, received), url);
}

/** Writes down what has come, unless the draft or the file went away meanwhile. */
async function enterContent(
  archive: Archive,
  request: FastifyRequest,
  received: ReceivedFile,
): Promise<ArchiveFile> {
  return archive.store.exclusively(async () => {
    const current = stillOpen(archive, request);
    if (!current) {
      await archive.store.forget(received.fileId);
      const [id, key] = [parameter(request, 'id'), parameter(request, 'key')];
      throw new Refusal(404, `Record '${id}' has no file '${key}'.`);
    }
    const changed: ArchiveFile = {
      ...current.file,
      ...received,
      status: 'uploaded',
      updatedAt: timestamp(archive),
    };
    await archive.store.put(withFiles(archive, current.record, replaced(current.record, changed)));
    return changed;
  });
}

/** The draft and file of this request as they are now, if bytes may still come for it. */
function stillOpen(
  archive: Archive,
  request: FastifyRequest,
): { record: Draft; file: ArchiveFile } | undefined {
  try {
    const record = openDraftFor(archive, request);
    const file = fileIn(record, request);
    return file.status === 'completed' ? undefined : { record, file };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** An upload that failed takes its entry with it: the client starts again by announcing the file. */
async function dropEntry(archive: Archive, request: FastifyRequest): Promise<void> {
  await archive.store.exclusively(async () => {
    const record = openDraftFor(archive, request);
    const key = parameter(request, 'key');
    await archive.store.put(
      withFiles(
        archive,
        record,
        record.draft.files.filter((file) => file.key !== key),
      ),
    );
  });
}

async function commitFile(archive: Archive, request: FastifyRequest): Promise<unknown> {
  const record = openDraftFor(archive, request);
  const file = fileIn(record, request);
  if (file.status === 'pending') throw new Refusal(500, 'The content of the file was never sent.');
  if (file.size === 0) throw new Refusal(400, 'Empty files are not accepted.');
  const committed: ArchiveFile = { ...file, status: 'completed', updatedAt: timestamp(archive) };
  await archive.store.put(withFiles(archive, record, replaced(record, committed)));
  return fileAnswer(committed, filesUrl(baseOf(request), record, 'draft'));
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
