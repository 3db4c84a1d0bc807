import type { ArchiveContent, ArchiveFile, ArchiveRecord } from '../../model/index.ts';
import { extensionOf, mediaTypeOf } from './media-types.ts';

/** Where the files of a draft, or of a published record, are found. */
export function filesUrl(base: string, record: ArchiveRecord, of: 'draft' | 'published'): string {
  return `${base}/api/records/${record.id}${of === 'draft' ? '/draft' : ''}/files`;
}

/** One file as InvenioRDM's file routes answer it. */
export function fileAnswer(file: ArchiveFile, url: string): Record<string, unknown> {
  const self = `${url}/${encodeURIComponent(file.key)}`;
  const isDraft = url.endsWith('/draft/files');
  return {
    key: file.key,
    created: file.createdAt,
    updated: file.updatedAt,
    metadata: null,
    access: { hidden: false },
    status: file.status === 'completed' ? 'completed' : 'pending',
    storage_class: 'L',
    transfer: { type: 'L' },
    ...(file.status === 'completed' ? bytesOf(file) : {}),
    links: { self, content: `${self}/content`, ...(isDraft ? { commit: `${self}/commit` } : {}) },
  };
}

function bytesOf(file: ArchiveFile): Record<string, unknown> {
  return {
    file_id: file.fileId,
    version_id: file.fileId,
    checksum: `md5:${file.md5}`,
    size: file.size,
    mimetype: mediaTypeOf(file.key),
  };
}

/** The answer of `…/files`: entries as a list. */
export function filesAnswer(content: ArchiveContent, url: string): Record<string, unknown> {
  return {
    enabled: content.filesEnabled,
    default_preview: content.defaultPreview ?? null,
    order: [],
    entries: content.files.map((file) => fileAnswer(file, url)),
    links: { self: url },
  };
}

/** The `files` of a record's own answer: entries by key, and none where the caller may not see them. */
export function filesOfRecord(
  content: ArchiveContent,
  url: string,
  visible: boolean,
): Record<string, unknown> {
  const summary = {
    enabled: content.filesEnabled,
    order: [],
    ...(content.defaultPreview === undefined ? {} : { default_preview: content.defaultPreview }),
  };
  if (!visible) return summary;
  const entries = content.files.map((file) => [
    file.key,
    { id: file.fileId, ext: extensionOf(file.key), ...fileAnswer(file, url) },
  ]);
  return {
    ...summary,
    count: content.files.length,
    total_bytes: content.files.reduce((sum, file) => sum + (file.size ?? 0), 0),
    entries: Object.fromEntries(entries),
  };
}
