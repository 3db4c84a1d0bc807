import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveContent, ArchiveRecord } from '../../model/index.ts';
import {
  type Archive,
  doiFor,
  latestOf,
  newRecordId,
  ownDraft,
  ownRecord,
  requireScope,
  timestamp,
} from '../archive.ts';
import { emptyContent, missingFiles, requirePublishable, writeContent } from '../content.ts';
import { invalid, unknownId } from '../refusal.ts';
import { parameter, requireRevision, sendRecord } from '../requests.ts';
import { draftFor } from './draft-file.ts';
import { oneByOne, routesOf } from './route.ts';

/** The routes that write drafts and make them public. */
export function addDraftRoutes(app: FastifyInstance, archive: Archive): void {
  const bound = routesOf(archive);
  const draft = '/api/records/:id/draft';
  app.post('/api/records', bound(oneByOne(createDraft)));
  app.post(draft, bound(oneByOne(editPublished)));
  app.get(draft, bound(readDraft));
  app.put(draft, bound(oneByOne(writeDraft)));
  app.delete(draft, bound(oneByOne(discardDraft)));
  app.post(`${draft}/pids/doi`, bound(oneByOne(reserveDoi)));
  app.delete(`${draft}/pids/doi`, bound(oneByOne(giveDoiBack)));
  app.post(`${draft}/actions/files-import`, bound(oneByOne(importFiles)));
  app.post(`${draft}/actions/publish`, bound(oneByOne(publish)));
  app.post('/api/records/:id/versions', bound(oneByOne(startVersion)));
}

function next(archive: Archive, content: ArchiveContent): ArchiveContent {
  return { ...content, revision: content.revision + 1, updatedAt: timestamp(archive) };
}

async function createDraft(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const owner = requireScope(request.caller, 'deposit:write');
  const now = timestamp(archive);
  const id = newRecordId(archive);
  const body = request.body ?? {};
  const { content, errors } = writeContent(emptyContent(now), body, doiFor(archive, id), now);
  const record: ArchiveRecord = {
    schemaVersion: 1,
    id,
    parentId: newRecordId(archive),
    index: 1,
    owner,
    draft: content,
  };
  await archive.store.put(record);
  return sendRecord(archive, record, request, reply, { of: 'draft', errors, status: 201 });
}

function readDraft(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  return sendRecord(archive, draftFor(archive, request), request, reply, { of: 'draft' });
}

async function writeDraft(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const record = draftFor(archive, request);
  requireRevision(request, record.draft.revision);
  const doi = doiFor(archive, record.id);
  const { content, errors } = writeContent(record.draft, request.body, doi, timestamp(archive));
  const changed = { ...record, draft: content };
  await archive.store.put(changed);
  const all = [...errors, ...missingFiles(content)];
  return sendRecord(archive, changed, request, reply, { of: 'draft', errors: all });
}

async function discardDraft(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { draft, ...rest } = draftFor(archive, request);
  requireRevision(request, draft.revision);
  if (rest.published) await archive.store.put(rest);
  else await archive.store.remove(rest.id);
  return reply.code(204).send();
}

async function reserveDoi(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const record = draftFor(archive, request);
  if (record.draft.doi) {
    throw invalid({ field: 'pids.doi', messages: ['A PID already exists for type doi'] });
  }
  const changed = { ...record, draft: { ...next(archive, record.draft), doi: doiFor(archive, record.id) } };
  await archive.store.put(changed);
  return sendRecord(archive, changed, request, reply, { of: 'draft', status: 201 });
}

async function giveDoiBack(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const record = draftFor(archive, request);
  const { doi, ...draft } = next(archive, record.draft);
  if (!doi) throw unknownId();
  if (record.published) {
    throw invalid({ field: 'pids.doi', messages: ['A registered DOI cannot be given back.'] });
  }
  await archive.store.put({ ...record, draft });
  return reply.code(204).send();
}

async function publish(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const id = parameter(request, 'id');
  const { draft, ...record } = ownDraft(archive, request.caller, 'deposit:actions', id);
  requirePublishable(draft);
  const now = timestamp(archive);
  const content: ArchiveContent = {
    ...draft,
    doi: draft.doi ?? doiFor(archive, id),
    createdAt: record.published?.createdAt ?? now,
    updatedAt: now,
    revision: (record.published?.revision ?? 0) + 1,
  };
  const published = { ...record, published: content };
  await archive.store.put(published);
  return sendRecord(archive, published, request, reply, { of: 'published', status: 202 });
}

async function importFiles(archive: Archive, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const record = draftFor(archive, request);
  if (record.draft.files.length > 0) {
    throw invalid({ field: 'files.enabled', messages: ['Please remove all files first.'] });
  }
  const files = latestOf(archive, record.parentId)?.published.files ?? [];
  const changed = { ...record, draft: { ...next(archive, record.draft), files } };
  await archive.store.put(changed);
  return sendRecord(archive, changed, request, reply, { of: 'draft', status: 201 });
}

/** Opens a published record for changes to its metadata; its files stay as they are. */
async function editPublished(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const record = ownRecord(archive, request.caller, 'deposit:write', parameter(request, 'id'));
  const content = record.draft ?? record.published;
  if (!content || record.tombstone) throw unknownId();
  const changed = { ...record, draft: content };
  if (!record.draft) await archive.store.put(changed);
  return sendRecord(archive, changed, request, reply, { of: 'draft', status: 201 });
}

async function startVersion(
  archive: Archive,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const record = ownRecord(archive, request.caller, 'deposit:write', parameter(request, 'id'));
  const latest = latestOf(archive, record.parentId);
  if (!record.published || record.tombstone || !latest) throw unknownId();
  const versions = archive.store.versions(record.parentId);
  const existing = versions.find((version) => version.draft && !version.published);
  const draft = existing ?? nextVersion(archive, latest, versions.length);
  if (!existing) await archive.store.put(draft);
  return sendRecord(archive, draft, request, reply, { of: 'draft', status: 201 });
}

/** The draft of a next version: the metadata of the latest without its version and date, and no files yet. */
function nextVersion(
  archive: Archive,
  latest: ArchiveRecord & { published: ArchiveContent },
  count: number,
): ArchiveRecord {
  const now = timestamp(archive);
  const { version: _version, ...metadata } = latest.published.metadata;
  return {
    schemaVersion: 1,
    id: newRecordId(archive),
    parentId: latest.parentId,
    index: count + 1,
    owner: latest.owner,
    draft: {
      ...emptyContent(now),
      access: latest.published.access,
      metadata: { ...metadata, publication_date: now.slice(0, 10) },
      customFields: latest.published.customFields,
    },
  };
}
