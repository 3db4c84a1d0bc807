import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ArchiveContent, ArchiveRecord } from '../../model/index.ts';
import {
  type Archive,
  doiFor,
  isPublic,
  latestOf,
  newRecordId,
  ownDraft,
  ownRecord,
  requireScope,
  timestamp,
} from '../archive.ts';
import { emptyContent, missingFiles, requirePublishable, writeContent } from '../content.ts';
import { invalid, Refusal, unknownId } from '../refusal.ts';
import { parameter, requireRevision, sendRecord } from '../requests.ts';

/** The routes that write drafts and make them public. */
export function addDraftRoutes(app: FastifyInstance, archive: Archive): void {
  const { store } = archive;
  const draftOf = (request: FastifyRequest, scope: 'deposit:write' | 'deposit:actions' = 'deposit:write') =>
    ownDraft(archive, request.caller, scope, parameter(request, 'id'));

  app.post('/api/records', (request, reply) =>
    store.exclusively(async () => {
      const owner = requireScope(request.caller, 'deposit:write');
      const now = timestamp(archive);
      const id = newRecordId(archive);
      const { content, errors } = writeContent(
        emptyContent(now),
        request.body ?? {},
        doiFor(archive, id),
        now,
      );
      const parentId = newRecordId(archive);
      const record: ArchiveRecord = { schemaVersion: 1, id, parentId, index: 1, owner, draft: content };
      await store.put(record);
      return sendRecord(archive, record, request, reply, { of: 'draft', errors, status: 201 });
    }),
  );

  app.get('/api/records/:id/draft', (request, reply) =>
    sendRecord(archive, draftOf(request), request, reply, { of: 'draft' }),
  );

  app.put('/api/records/:id/draft', (request, reply) =>
    store.exclusively(async () => {
      const record = draftOf(request);
      requireRevision(request, record.draft.revision);
      const now = timestamp(archive);
      const written = writeContent(record.draft, request.body, doiFor(archive, record.id), now);
      const changed = { ...record, draft: written.content };
      await store.put(changed);
      const errors = [...written.errors, ...missingFiles(written.content)];
      return sendRecord(archive, changed, request, reply, { of: 'draft', errors });
    }),
  );

  app.delete('/api/records/:id/draft', (request, reply) =>
    store.exclusively(async () => {
      const { draft, ...rest } = draftOf(request);
      requireRevision(request, draft.revision);
      if (rest.published) await store.put(rest);
      else await store.remove(rest.id);
      return reply.code(204).send();
    }),
  );

  app.post('/api/records/:id/draft/pids/doi', (request, reply) =>
    store.exclusively(async () => {
      const record = draftOf(request);
      if (record.draft.doi) {
        throw invalid({ field: 'pids.doi', messages: ['A PID already exists for type doi'] });
      }
      const changed = {
        ...record,
        draft: { ...next(archive, record.draft), doi: doiFor(archive, record.id) },
      };
      await store.put(changed);
      return sendRecord(archive, changed, request, reply, { of: 'draft', status: 201 });
    }),
  );

  app.delete('/api/records/:id/draft/pids/doi', (request, reply) =>
    store.exclusively(async () => {
      const record = draftOf(request);
      const { doi, ...draft } = next(archive, record.draft);
      if (!doi) throw unknownId();
      if (record.published) {
        throw invalid({ field: 'pids.doi', messages: ['A registered DOI cannot be given back.'] });
      }
      await store.put({ ...record, draft });
      return reply.code(204).send();
    }),
  );

  app.post('/api/records/:id/draft/actions/publish', (request, reply) =>
    store.exclusively(async () => {
      const { draft, ...record } = draftOf(request, 'deposit:actions');
      requirePublishable(draft);
      const now = timestamp(archive);
      const createdAt = record.published?.createdAt ?? now;
      const revision = (record.published?.revision ?? 0) + 1;
      const doi = draft.doi ?? doiFor(archive, record.id);
      const published: ArchiveRecord = {
        ...record,
        published: { ...draft, doi, createdAt, updatedAt: now, revision },
      };
      await store.put(published);
      return sendRecord(archive, published, request, reply, { of: 'published', status: 202 });
    }),
  );

  app.post('/api/records/:id/draft/actions/files-import', (request, reply) =>
    store.exclusively(async () => {
      const record = draftOf(request);
      if (record.draft.files.length > 0) {
        throw invalid({ field: 'files.enabled', messages: ['Please remove all files first.'] });
      }
      const previous = store.versions(record.parentId).filter(isPublic).at(-1);
      const files = record.published ? [] : (previous?.published.files ?? []);
      const changed = { ...record, draft: { ...next(archive, record.draft), files } };
      await store.put(changed);
      return sendRecord(archive, changed, request, reply, { of: 'draft', status: 201 });
    }),
  );

  app.post('/api/records/:id/draft', (request, reply) =>
    store.exclusively(async () => {
      const record = ownRecord(archive, request.caller, 'deposit:write', parameter(request, 'id'));
      const { published } = record;
      if (record.tombstone || (!published && !record.draft)) throw unknownId();
      const draft = record.draft ?? { ...(published as ArchiveContent), createdAt: timestamp(archive) };
      const changed = { ...record, draft };
      if (!record.draft) await store.put(changed);
      return sendRecord(archive, changed, request, reply, { of: 'draft', status: 201 });
    }),
  );

  app.post('/api/records/:id/versions', (request, reply) =>
    store.exclusively(async () => {
      const record = ownRecord(archive, request.caller, 'deposit:write', parameter(request, 'id'));
      if (!isPublic(record)) throw unknownId();
      const draft = draftOfNextVersion(archive, record);
      if (!store.get(draft.id)) await store.put(draft);
      return sendRecord(archive, draft, request, reply, { of: 'draft', status: 201 });
    }),
  );
}

function next(archive: Archive, content: ArchiveContent): ArchiveContent {
  return { ...content, revision: content.revision + 1, updatedAt: timestamp(archive) };
}

/** The draft of a parent's next version: the one that is there, else a new one with the metadata of the latest. */
function draftOfNextVersion(archive: Archive, record: ArchiveRecord): ArchiveRecord {
  const versions = archive.store.versions(record.parentId);
  const existing = versions.find((version) => version.draft && !version.published);
  if (existing) return existing;
  const latest = latestOf(archive, record.parentId);
  if (!latest) throw new Refusal(404, 'There is no version to go on from.');
  const now = timestamp(archive);
  const { version: _version, ...metadata } = latest.published.metadata;
  return {
    schemaVersion: 1,
    id: newRecordId(archive),
    parentId: record.parentId,
    index: Math.max(...versions.map((version) => version.index)) + 1,
    owner: record.owner,
    draft: {
      ...emptyContent(now),
      access: latest.published.access,
      metadata: { ...metadata, publication_date: now.slice(0, 10) },
      customFields: latest.published.customFields,
    },
  };
}
