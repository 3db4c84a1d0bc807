import type { FastifyRequest } from 'fastify';
import type { ArchiveFile } from '../../model/index.ts';
import { type Archive, type Draft, ownDraft, timestamp } from '../archive.ts';
import { Refusal } from '../refusal.ts';
import { fileNamed, parameter } from '../requests.ts';

/** The draft that a request is about, for its owner. */
export function draftFor(archive: Archive, request: FastifyRequest): Draft {
  return ownDraft(archive, request.caller, 'deposit:write', parameter(request, 'id'));
}

/** The draft, when its files may still change: those of a published record never do. */
export function openDraftFor(archive: Archive, request: FastifyRequest): Draft {
  const record = draftFor(archive, request);
  if (record.published) throw new Refusal(403, 'Bucket is locked for modifications.');
  return record;
}

/** The file of that draft that a request is about. */
export function fileIn(record: Draft, request: FastifyRequest): ArchiveFile {
  return fileNamed(record.id, record.draft.files, request);
}

/** The draft with other files; a preview that is not among them is forgotten. */
export function withFiles(archive: Archive, record: Draft, files: ArchiveFile[]): Draft {
  const { defaultPreview, ...draft } = record.draft;
  const kept = files.some((file) => file.key === defaultPreview) && defaultPreview !== undefined;
  const changes = { files, revision: draft.revision + 1, updatedAt: timestamp(archive) };
  return { ...record, draft: { ...draft, ...changes, ...(kept ? { defaultPreview } : {}) } };
}

/** The files of a draft, one of them as it is now. */
export function replaced(record: Draft, file: ArchiveFile): ArchiveFile[] {
  return record.draft.files.map((candidate) => (candidate.key === file.key ? file : candidate));
}
