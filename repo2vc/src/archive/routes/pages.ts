import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Archive, doiFor, isPublic, latestOf, maySee, type PublicRecord } from '../archive.ts';
import { linksFrom, linksTo } from '../links.ts';
import { indexPage } from '../pages/index-page.ts';
import { messagePage } from '../pages/page.ts';
import { recordPage } from '../pages/record-page.ts';
import { pagePolicy } from '../pages/style.ts';
import { tombstonePage } from '../pages/tombstone-page.ts';
import { denied, Refusal, unknownId } from '../refusal.ts';
import { baseOf, native, parameter } from '../requests.ts';
import { routesOf } from './route.ts';
import { findPublic } from './search.ts';

const perPage = 25;

/** The pages for people. */
export function addPageRoutes(app: FastifyInstance, archive: Archive): void {
  const bound = routesOf(archive);
  app.get('/', bound(showIndex));
  app.get('/records/:id', bound(showRecord));
  app.get('/records/:id/latest', bound(showLatest));
  app.get('/uploads/:id', bound(showDraft));
}

/** Whether the one who asks for this path is a person, who wants a page also when something is wrong. */
export function isPagePath(url: string): boolean {
  return !/^\/(api|doi\.org|datacite)\//.test(url);
}

function sendPage(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', pagePolicy)
    .send(text);
}

function showIndex(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const { q, page } = request.query as Readonly<Record<string, unknown>>;
  const text = typeof q === 'string' ? q.trim() : '';
  const number = Math.max(1, Math.trunc(Number(page ?? 1)) || 1);
  const found = findTyped(archive, text, request);
  const records = found.slice((number - 1) * perPage, number * perPage);
  const view = { q: text, records, total: found.length, number, hasMore: number * perPage < found.length };
  return sendPage(reply, indexPage(view));
}

/** What a person typed, as a query; where it is none, as the words that it has. */
function findTyped(archive: Archive, text: string, request: FastifyRequest): PublicRecord[] {
  try {
    return findPublic(archive, text, request, false);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return findPublic(archive, `"${text.replace(/["\\]/g, ' ')}"`, request, false);
  }
}

function showRecord(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const id = parameter(request, 'id');
  const record = archive.store.get(id);
  if (!record) return reply.redirect(newestPage(archive, id), 302);
  if (!record.published) throw unknownId();
  const found: PublicRecord = { ...record, published: record.published };
  if (record.tombstone?.visible) return sendPage(reply, tombstonePage(found), 410);
  if (record.tombstone) throw unknownId();
  const visible = maySee(found, request.caller);
  if (!visible.record) throw denied();
  const versions = archive.store.versions(record.parentId).filter(isPublic).reverse();
  const api = `${baseOf(request)}/api/records/${id}`;
  reply.header('link', `<${api}>; rel="describedby"; type="${native}"`);
  return sendPage(
    reply,
    recordPage({
      record: found,
      filesVisible: visible.files,
      doiPrefix: archive.doiPrefix,
      conceptDoi: doiFor(archive, record.parentId),
      versions: versions.filter((version) => maySee(version, request.caller).record),
      from: linksFrom(archive, found, request.caller),
      to: linksTo(archive, found, request.caller),
    }),
  );
}

function showLatest(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const id = parameter(request, 'id');
  return reply.redirect(newestPage(archive, archive.store.get(id)?.parentId ?? id), 302);
}

/** Where a concept leads: to its newest version or, when all were removed, to what stands in its place. */
function newestPage(archive: Archive, parentId: string): string {
  const removed = archive.store.versions(parentId).findLast((version) => version.tombstone?.visible);
  const newest = latestOf(archive, parentId) ?? removed;
  if (!newest) throw unknownId();
  return `/records/${newest.id}`;
}

/** A draft belongs to programs that have its owner's token; a person is told so. */
function showDraft(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const record = archive.store.get(parameter(request, 'id'));
  if (record && isPublic(record)) return reply.redirect(`/records/${record.id}`, 302);
  return sendPage(
    reply,
    messagePage('Not published yet', 'There is no public record at this address yet.'),
    404,
  );
}

/** A refusal, as a page. */
export function sendRefusalPage(
  reply: FastifyReply,
  refusal: Pick<Refusal, 'status' | 'message'>,
): FastifyReply {
  const { status, message } = refusal;
  if (status === 404) {
    const hint =
      'There is no public record or page at this address. If a DOI led you here, it may be of another archive.';
    return sendPage(reply, messagePage('Nothing here', hint), status);
  }
  if (message === denied().message) {
    return sendPage(reply, messagePage('Restricted', 'Only its owner can see this record.'), status);
  }
  return sendPage(reply, messagePage('That did not work', message), status);
}
