import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveRecord } from '../../model/index.ts';
import { nativeAnswer } from '../answers/native.ts';
import { type Archive, isPublic, latestOf, maySee, type PublicRecord, requireScope } from '../archive.ts';
import { parseQuery, type QueryOptions } from '../query.ts';
import { invalid, unknownId } from '../refusal.ts';
import { baseOf, native, parameter, recordBody, wantsNative } from '../requests.ts';
import { routesOf } from './route.ts';

/** How records are looked for: InvenioRDM's paths, and the old short names that Zenodo still takes. */
const recordQuery: QueryOptions = {
  aliases: {
    conceptdoi: 'parent.pids.doi.identifier',
    conceptrecid: 'parent.id',
    doi: 'pids.doi.identifier',
    keywords: 'metadata.subjects.subject',
    recid: 'id',
    'related.identifier': 'metadata.related_identifiers.identifier',
    'related.relation': 'metadata.related_identifiers.relation_type.id',
    title: 'metadata.title',
  },
  bareFields: new Set(['doi', 'conceptdoi']),
  textFields: new Set([
    'metadata.title',
    'metadata.description',
    'metadata.publisher',
    'metadata.subjects.subject',
    'metadata.creators.person_or_org.name',
  ]),
};

/** The routes that look for records: all public ones, one's own with their drafts, the versions of one. */
export function addSearchRoutes(app: FastifyInstance, archive: Archive): void {
  const bound = routesOf(archive);
  app.get('/api/records', bound(searchPublic));
  app.get('/api/user/records', bound(searchOwn));
  app.get('/api/records/:id/versions', bound(listVersions));
}

/** The public records that the caller may see and the query finds, newest first. */
export function findPublic(
  archive: Archive,
  q: string,
  request: FastifyRequest,
  all: boolean,
): PublicRecord[] {
  const query = parseQuery(q, recordQuery);
  return archive.store
    .all()
    .filter(isPublic)
    .filter((record) => maySee(record, request.caller).record)
    .filter((record) => all || latestOf(archive, record.parentId)?.id === record.id)
    .filter((record) => query(documentOf(archive, record, 'published')))
    .sort((a, b) => (a.published.createdAt < b.published.createdAt ? 1 : -1));
}

function documentOf(archive: Archive, record: ArchiveRecord, of: 'draft' | 'published'): unknown {
  const { links: _links, ...document } = nativeAnswer(archive, record, { base: '', of, filesVisible: false });
  return document;
}

function searchPublic(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const { q = '', allversions } = queryOf(request);
  const all = ['true', '1'].includes(allversions ?? '');
  return page(archive, findPublic(archive, q, request, all), 'published', request, reply);
}

function searchOwn(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const user = requireScope(request.caller, 'deposit:write');
  const query = parseQuery(queryOf(request).q ?? '', recordQuery);
  const formOf = (record: ArchiveRecord) => (record.draft ? 'draft' : 'published');
  const updatedAt = (record: ArchiveRecord) => record[formOf(record)]?.updatedAt ?? '';
  const found = archive.store
    .all()
    .filter((record) => record.owner === user && !record.tombstone)
    .filter((record) => query(documentOf(archive, record, formOf(record))))
    .sort((a, b) => (updatedAt(a) < updatedAt(b) ? 1 : -1));
  return page(archive, found, formOf, request, reply);
}

function listVersions(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const record = archive.store.get(parameter(request, 'id'));
  const isOwn = record?.owner === request.caller.user;
  if (!record || (!record.published && !isOwn)) throw unknownId();
  const found = archive.store
    .versions(record.parentId)
    .filter(isPublic)
    .filter((version) => maySee(version, request.caller).record)
    .reverse();
  return page(archive, found, 'published', request, reply);
}

function queryOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const query = request.query as Readonly<Record<string, string | string[] | undefined>>;
  return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, [value].flat()[0]]));
}

type Form = 'draft' | 'published';

function page(
  archive: Archive,
  found: readonly ArchiveRecord[],
  of: Form | ((record: ArchiveRecord) => Form),
  request: FastifyRequest,
  reply: FastifyReply,
): unknown {
  const most = request.caller.user === undefined ? 25 : 100;
  const size = numberIn(request, 'size', 10, most);
  const number = numberIn(request, 'page', 1, Number.MAX_SAFE_INTEGER);
  const shown = found.slice((number - 1) * size, number * size);
  const formOf = (record: ArchiveRecord) => (typeof of === 'string' ? of : of(record));
  const hits = shown.map((record) => recordBody(archive, record, request, { of: formOf(record) }).body);
  const links = pageLinks(request, number, number * size < found.length);
  return reply
    .type(wantsNative(request) ? native : 'application/json')
    .send(JSON.stringify({ hits: { hits, total: found.length }, aggregations: {}, sortBy: 'newest', links }));
}

function numberIn(request: FastifyRequest, name: string, standard: number, most: number): number {
  const text = queryOf(request)[name];
  if (text === undefined) return standard;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw invalid({ field: name, messages: ['Must be a whole number, at least 1.'] });
  }
  if (value > most) throw invalid({ field: name, messages: [`Must be at most ${most}.`] });
  return value;
}

function pageLinks(request: FastifyRequest, number: number, hasMore: boolean): Record<string, string> {
  const at = (wanted: number) => {
    const url = new URL(request.url, baseOf(request));
    url.searchParams.set('page', String(wanted));
    return url.href;
  };
  return {
    self: at(number),
    ...(number > 1 ? { prev: at(number - 1) } : {}),
    ...(hasMore ? { next: at(number + 1) } : {}),
  };
}
