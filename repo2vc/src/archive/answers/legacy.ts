import { isObject } from '../checks.ts';
import { type Fields, listAt, objectAt } from '../fields.ts';

/**
 * The old Zenodo shape, made from the native one: what `application/json` gets, on Zenodo and here. Ids are numbers
 * and there are no `pids`, so a client that forgot to ask for the native shape notices.
 */
export function legacyAnswer(native: Record<string, unknown>): Record<string, unknown> {
  const metadata = objectAt(native, 'metadata');
  const pids = objectAt(native, 'pids');
  const parent = objectAt(native, 'parent');
  const doi = objectAt(pids, 'doi').identifier;
  const isPublished = native.is_published === true;
  return {
    id: numberOf(native.id),
    recid: String(numberOf(native.id)),
    conceptrecid: String(numberOf(parent.id)),
    created: native.created,
    modified: native.updated,
    revision: native.revision_id,
    state: isPublished ? 'done' : 'unsubmitted',
    submitted: isPublished,
    title: metadata.title ?? '',
    ...(isPublished && doi ? { doi, doi_url: `https://doi.org/${doi}` } : {}),
    ...(isPublished ? { conceptdoi: objectAt(objectAt(parent, 'pids'), 'doi').identifier } : {}),
    metadata: legacyMetadata(metadata, objectAt(native, 'access'), isPublished ? undefined : doi),
    files: Object.values(objectAt(objectAt(native, 'files'), 'entries'))
      .filter(isObject)
      .map(legacyFile),
    links: native.links,
    ...(native.errors === undefined ? {} : { errors: legacyErrors(native.errors) }),
  };
}

function legacyMetadata(metadata: Fields, access: Fields, reserved: unknown): Record<string, unknown> {
  const [type = '', subtype] = String(objectAt(metadata, 'resource_type').id ?? '').split(/-(.*)/);
  const licence = listAt(metadata, 'rights')[0]?.id;
  return {
    title: metadata.title,
    description: metadata.description,
    publication_date: metadata.publication_date,
    version: metadata.version,
    access_right: access.status === 'restricted' ? 'restricted' : 'open',
    resource_type: { type, ...(subtype ? { subtype } : {}) },
    creators: listAt(metadata, 'creators').map(legacyCreator),
    keywords: listAt(metadata, 'subjects').map((subject) => subject.subject),
    ...(licence ? { license: { id: licence } } : {}),
    related_identifiers: listAt(metadata, 'related_identifiers').map((related) => ({
      identifier: related.identifier,
      scheme: related.scheme,
      relation: objectAt(related, 'relation_type').id,
      resource_type: objectAt(related, 'resource_type').id,
    })),
    ...(reserved ? { prereserve_doi: { doi: reserved } } : {}),
  };
}

function legacyCreator(creator: Fields): Record<string, unknown> {
  const person = objectAt(creator, 'person_or_org');
  const orcid = listAt(person, 'identifiers').find((identifier) => identifier.scheme === 'orcid')?.identifier;
  return {
    name: person.name,
    affiliation: listAt(creator, 'affiliations')[0]?.name ?? null,
    ...(orcid ? { orcid } : {}),
  };
}

function legacyFile(file: Fields): Record<string, unknown> {
  return {
    id: file.id,
    key: file.key,
    size: file.size,
    checksum: file.checksum,
    links: { self: objectAt(file, 'links').content },
  };
}

function legacyErrors(errors: unknown): unknown {
  if (!Array.isArray(errors)) return errors;
  return errors.filter(isObject).map(({ field, messages }) => ({
    field,
    message: Array.isArray(messages) ? messages.join(' ') : messages,
  }));
}

/** The ten characters of an id, read as one number of base 36; small enough to be exact. */
function numberOf(id: unknown): number {
  return Number.parseInt(String(id).replaceAll('-', ''), 36);
}
