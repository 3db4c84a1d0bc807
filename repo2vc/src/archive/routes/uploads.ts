import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codeOf } from '../../io/files.ts';
import type { ArchiveFile } from '../../model/index.ts';
import { fileAnswer, filesUrl } from '../answers/files.ts';
import { type Archive, type Draft, timestamp } from '../archive.ts';
import { Refusal } from '../refusal.ts';
import { baseOf, parameter } from '../requests.ts';
import type { ReceivedFile } from '../store.ts';
import { fileIn, openDraftFor, replaced, withFiles } from './draft-file.ts';

/** How many bytes a record may hold, as on Zenodo. */
const mostBytes = 50 * 1000 ** 3;

/** Streams the bytes of an announced file to disk, outside the queue of changes, then enters them in the draft. */
export async function receiveContent(
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
  const { body } = request;
  if (!(body instanceof Readable)) throw new Refusal(415, 'Send the bytes as application/octet-stream.');
  const others = record.draft.files.filter((other) => other !== file);
  const room = mostBytes - others.reduce((sum, { size = 0 }) => sum + size, 0);
  const tooLarge = () =>
    new Refusal(400, 'The file is larger than this record has room for.', {}, { connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > room) throw tooLarge();
  const fileId = archive.context.random(32);
  const received = await archive.store.receive(fileId, body, room, tooLarge).catch(async (error: unknown) => {
    await dropEntry(archive, request);
    const isCut = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '');
    throw isCut ? new Refusal(400, 'The upload was cut off.') : error;
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

/** Says that a file is complete: from now on it has a checksum, and can be published. */
export async function commitFile(archive: Archive, request: FastifyRequest): Promise<unknown> {
  const record = openDraftFor(archive, request);
  const file = fileIn(record, request);
  if (file.status === 'pending') throw new Refusal(500, 'The content of the file was never sent.');
  if (file.size === 0) throw new Refusal(400, 'Empty files are not accepted.');
  const committed: ArchiveFile = { ...file, status: 'completed', updatedAt: timestamp(archive) };
  await archive.store.put(withFiles(archive, record, replaced(record, committed)));
  return fileAnswer(committed, filesUrl(baseOf(request), record, 'draft'));
}
