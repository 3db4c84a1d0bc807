import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveFile } from '../../model/index.ts';
import { fileAnswer, filesAnswer, filesUrl } from '../answers/files.ts';
import {
  type Archive,
  gone,
  latestOf,
  maySee,
  ownRecord,
  type PublicRecord,
  readableRecord,
  timestamp,
} from '../archive.ts';
import { isObject } from '../checks.ts';
import { citationOf } from '../citation.ts';
import { denied, unknownId } from '../refusal.ts';
import { baseOf, fileNamed, parameter, sendRecord } from '../requests.ts';
import { sendFile } from '../send-file.ts';
import { oneByOne, routesOf } from './route.ts';

/** The routes that read published records and their files, and the one by which an owner removes a record. */
export function addRecordRoutes(app: FastifyInstance, archive: Archive): void {
  const record = '/api/records/:id';
  const bound = routesOf(archive);
  app.get(record, bound(readRecord));
  app.delete(record, bound(oneByOne(removeRecord)));
  app.get(`${record}/versions/latest`, bound(redirectToLatest));
  app.get(`${record}/files`, bound(listFiles));
  app.get(`${record}/files/:key`, bound(readFile));
  app.get(`${record}/files/:key/content`, bound(readContent));
}

function readRecord(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const id = parameter(request, 'id');
  if (!archive.store.get(id)) {
    return reply.redirect(`${baseOf(request)}/api/records/${latestVersion(archive, id).id}`, 302);
  }
  return sendRecord(archive, readableRecord(archive, request.caller, id), request, reply, {
    of: 'published',
  });
}

/** The newest public version of a parent; 410 when all of them were removed. */
function latestVersion(archive: Archive, parentId: string): PublicRecord {
  const latest = latestOf(archive, parentId);
  if (latest) return latest;
  const removed = archive.store.versions(parentId).findLast((version) => version.tombstone);
  throw removed ? gone(removed) : unknownId();
}

function redirectToLatest(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const id = parameter(request, 'id');
  const record = archive.store.get(id);
  if (record && !record.published) throw unknownId();
  const latest = latestVersion(archive, record?.parentId ?? id);
  const location = `${baseOf(request)}/api/records/${latest.id}`;
  const message = 'Moved permanently. The requested resource has moved.';
  return reply.code(301).header('location', location).send({ status: 301, message, location });
}

function recordWithFiles(archive: Archive, request: FastifyRequest): PublicRecord {
  const record = readableRecord(archive, request.caller, parameter(request, 'id'));
  if (!maySee(record, request.caller).files) throw denied();
  return record;
}

function fileIn(record: PublicRecord, request: FastifyRequest): ArchiveFile {
  return fileNamed(record.id, record.published.files, request);
}

function listFiles(archive: Archive, request: FastifyRequest): unknown {
  const record = recordWithFiles(archive, request);
  return filesAnswer(record.published, filesUrl(baseOf(request), record, 'published'));
}

function readFile(archive: Archive, request: FastifyRequest): unknown {
  const record = recordWithFiles(archive, request);
  return fileAnswer(fileIn(record, request), filesUrl(baseOf(request), record, 'published'));
}

function readContent(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  return sendFile(archive, fileIn(recordWithFiles(archive, request), request), request, reply);
}

async function removeRecord(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const record = ownRecord(archive, request.caller, 'deposit:actions', parameter(request, 'id'));
  if (!record.published) throw unknownId();
  if (record.tombstone) throw gone(record);
  const body = isObject(request.body) ? request.body : {};
  const reason = isObject(body.removal_reason) ? body.removal_reason.id : undefined;
  const { draft: _draft, ...kept } = record;
  const { defaultPreview: _preview, ...published } = record.published;
  await archive.store.put({
    ...kept,
    published: { ...published, files: [] },
    tombstone: {
      removedAt: timestamp(archive),
      removedBy: record.owner,
      reason: typeof reason === 'string' ? reason : 'retracted',
      note: typeof body.note === 'string' ? body.note : '',
      citation: citationOf(record.published),
      visible: body.is_visible !== false,
    },
  });
  return reply.code(204).send();
}
