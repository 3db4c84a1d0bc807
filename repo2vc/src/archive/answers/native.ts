import { type ArchiveContent, type ArchiveRecord, doiUrl } from '../../model/index.ts';
import { type Archive, doiFor, isPublic, latestOf } from '../archive.ts';
import type { FieldError } from '../refusal.ts';
import { filesOfRecord, filesUrl } from './files.ts';
import { withTitles } from './metadata.ts';

/** How an answer is made: for which address of this server, and for whom. */
export interface AnswerOptions {
  /** Scheme, host and port that the client asked. */
  readonly base: string;
  readonly of: 'draft' | 'published';
  readonly filesVisible: boolean;
  readonly errors?: readonly FieldError[];
}

/** A record or draft as InvenioRDM answers it (`application/vnd.inveniordm.v1+json`). */
export function nativeAnswer(
  archive: Archive,
  record: ArchiveRecord,
  options: AnswerOptions,
): Record<string, unknown> {
  const content = contentOf(record, options.of);
  const isDraft = options.of === 'draft';
  return {
    id: record.id,
    created: content.createdAt,
    updated: content.updatedAt,
    revision_id: content.revision,
    is_draft: isDraft,
    is_published: record.published !== undefined,
    status: isDraft ? statusOfDraft(archive, record) : 'published',
    links: linksOf(archive, record, options),
    parent: parentOf(archive, record),
    versions: versionsOf(archive, record),
    pids: pidsOf(content.doi),
    metadata: withTitles(content.metadata),
    custom_fields: content.customFields,
    access: {
      ...content.access,
      embargo: { active: false, reason: null },
      status: accessStatus(content),
    },
    files: filesOfRecord(content, filesUrl(options.base, record, options.of), options.filesVisible),
    media_files: { enabled: false, order: [], count: 0, total_bytes: 0, entries: {} },
    ...(options.errors && options.errors.length > 0 ? { errors: options.errors } : {}),
  };
}

/** What a record says, as draft or as published. */
function contentOf(record: ArchiveRecord, of: 'draft' | 'published'): ArchiveContent {
  const content = of === 'draft' ? record.draft : record.published;
  if (!content) throw new Error(`record ${record.id} has no ${of} content`);
  return content;
}

function statusOfDraft(archive: Archive, record: ArchiveRecord): string {
  return archive.store.versions(record.parentId).some(isPublic) ? 'new_version_draft' : 'draft';
}

function pidsOf(doi: string | undefined): Record<string, unknown> {
  return doi === undefined ? {} : { doi: { identifier: doi, provider: 'datacite', client: 'datacite' } };
}

function parentOf(archive: Archive, record: ArchiveRecord): Record<string, unknown> {
  const isRegistered = archive.store.versions(record.parentId).some((version) => version.published);
  return {
    id: record.parentId,
    pids: pidsOf(isRegistered ? doiFor(archive, record.parentId) : undefined),
    access: { owned_by: { user: record.owner }, links: [], grants: [] },
    communities: {},
  };
}

function versionsOf(archive: Archive, record: ArchiveRecord): Record<string, unknown> {
  const versions = archive.store.versions(record.parentId);
  return {
    index: record.index,
    is_latest: latestOf(archive, record.parentId)?.id === record.id,
    is_latest_draft: versions.at(-1)?.id === record.id,
  };
}

function accessStatus(content: ArchiveContent): string {
  if (content.access.record === 'restricted' || content.access.files === 'restricted') return 'restricted';
  return content.filesEnabled && content.files.length > 0 ? 'open' : 'metadata-only';
}

function linksOf(
  archive: Archive,
  record: ArchiveRecord,
  { base, of }: AnswerOptions,
): Record<string, string> {
  const api = `${base}/api/records/${record.id}`;
  const shared = {
    self_html: `${base}/${of === 'draft' ? 'uploads' : 'records'}/${record.id}`,
    record: api,
    record_html: `${base}/records/${record.id}`,
    draft: `${api}/draft`,
    versions: `${api}/versions`,
    latest: `${api}/versions/latest`,
    latest_html: `${base}/records/${record.id}/latest`,
    reserve_doi: `${api}/draft/pids/doi`,
    parent: `${base}/api/records/${record.parentId}`,
    parent_html: `${base}/records/${record.parentId}`,
  };
  if (of === 'draft') {
    return {
      ...shared,
      self: `${api}/draft`,
      files: `${api}/draft/files`,
      publish: `${api}/draft/actions/publish`,
    };
  }
  const doi = contentOf(record, of).doi ?? doiFor(archive, record.id);
  const parentDoi = doiFor(archive, record.parentId);
  return {
    ...shared,
    self: api,
    files: `${api}/files`,
    doi: doiUrl(doi),
    self_doi: `${base}/doi/${doi}`,
    parent_doi: doiUrl(parentDoi),
    parent_doi_html: `${base}/doi/${parentDoi}`,
  };
}
