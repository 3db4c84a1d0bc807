import type { ArchiveContent } from '../model/index.ts';
import { collector, isObject, type Report } from './checks.ts';
import { customFieldsCheck, metadataCheck } from './metadata.ts';
import { type FieldError, invalid, Refusal } from './refusal.ts';

const noFiles = 'Missing uploaded files. To disable files for this record please mark it as metadata-only.';

/** The content of a draft that says nothing yet. */
export function emptyContent(now: string): ArchiveContent {
  return {
    revision: 1,
    createdAt: now,
    updatedAt: now,
    access: { record: 'public', files: 'public' },
    metadata: {},
    customFields: {},
    filesEnabled: true,
    files: [],
  };
}

/**
 * What a draft says after a client wrote `body`: what is valid of it, and what is wrong with the rest. Fields that
 * only the archive writes (id, links, parent…) are passed over, so that a client may send back what it has read.
 */
export function writeContent(
  before: ArchiveContent,
  body: unknown,
  reservedDoi: string,
  now: string,
): { content: ArchiveContent; errors: FieldError[] } {
  if (!isObject(body)) throw new Refusal(400, 'Unable to decode JSON data in request body.');
  const { report, errors } = collector();
  const metadata = metadataCheck(body.metadata ?? {}, 'metadata', report);
  const customFields = customFieldsCheck(body.custom_fields ?? {}, 'custom_fields', report);
  const { doi: _doi, defaultPreview: _preview, ...rest } = before;
  const content: ArchiveContent = {
    ...rest,
    ...doiIn(before, body.pids, reservedDoi, report),
    ...filesIn(before, body.files, report),
    access: accessIn(before, body.access, report),
    metadata: isObject(metadata) ? metadata : {},
    customFields: isObject(customFields) ? customFields : {},
    revision: before.revision + 1,
    updatedAt: now,
  };
  return { content, errors: errors() };
}

function doiIn(before: ArchiveContent, pids: unknown, reserved: string, report: Report): { doi?: string } {
  const kept = before.doi === undefined ? {} : { doi: before.doi };
  if (pids === undefined) return kept;
  const doi = isObject(pids) ? pids.doi : undefined;
  if (!isObject(doi) || doi.identifier === undefined || doi.identifier === '') return {};
  if (doi.identifier === reserved) return { doi: reserved };
  report('pids.doi', `This archive gives its own DOIs: the one of this record is ${reserved}.`);
  return kept;
}

function filesIn(
  before: ArchiveContent,
  files: unknown,
  report: Report,
): Pick<ArchiveContent, 'filesEnabled' | 'defaultPreview'> {
  const wanted = isObject(files) ? files : {};
  const preview = wanted.default_preview === undefined ? before.defaultPreview : wanted.default_preview;
  const known = typeof preview === 'string' && before.files.some((file) => file.key === preview);
  if (typeof preview === 'string' && preview !== '' && !known) {
    report('files.default_preview', `File with key ${preview} not found.`);
  }
  let filesEnabled = wanted.enabled === undefined ? before.filesEnabled : wanted.enabled === true;
  if (!filesEnabled && before.files.length > 0) {
    report('files.enabled', 'You must first delete all files to set the record to be metadata-only.');
    filesEnabled = true;
  }
  return { filesEnabled, ...(known ? { defaultPreview: preview } : {}) };
}

function accessIn(before: ArchiveContent, access: unknown, report: Report): ArchiveContent['access'] {
  if (access === undefined) return before.access;
  const wanted = isObject(access) ? access : {};
  const levelOf = (part: 'record' | 'files') => {
    const level = wanted[part] ?? before.access[part];
    if (level === 'public' || level === 'restricted') return level;
    report(`access.${part}`, 'Must be one of: public, restricted.');
    return before.access[part];
  };
  if (isObject(wanted.embargo) && wanted.embargo.active === true) {
    report('access.embargo', 'This archive has no embargoes: set the files to restricted.');
  }
  return { record: levelOf('record'), files: levelOf('files') };
}

/** What a draft without files is told while it is being written. */
export function missingFiles(content: ArchiveContent): FieldError[] {
  return content.filesEnabled && content.files.length === 0
    ? [{ field: 'files.enabled', messages: [noFiles] }]
    : [];
}

/** Refuses, with every reason at once, to make public what lacks something. */
export function requirePublishable(content: ArchiveContent): void {
  const { report, errors } = collector();
  metadataCheck(content.metadata, 'metadata', report);
  customFieldsCheck(content.customFields, 'custom_fields', report);
  if (!content.metadata.publisher) {
    report('metadata.publisher', 'Missing publisher field required for DOI registration.');
  }
  if (content.files.some((file) => file.status !== 'completed')) {
    report('files', 'One or more files have not completed their transfer, please wait.');
  }
  const found = [...errors(), ...missingFiles(content)];
  if (found.length > 0) throw invalid(...found);
}
