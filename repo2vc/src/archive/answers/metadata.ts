import { isObject } from '../checks.ts';
import { relationTypes, resourceTypes, rights, type Vocabulary } from '../vocabularies.ts';

/** Metadata as it is answered: terms with their titles, which are not kept with the record. */
export function withTitles(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { resource_type: type, rights: licences, related_identifiers: related } = metadata;
  return {
    ...metadata,
    ...(type === undefined ? {} : { resource_type: titled(type, resourceTypes) }),
    ...(Array.isArray(licences) ? { rights: licences.map(licenceWithTitle) } : {}),
    ...(Array.isArray(related) ? { related_identifiers: related.map(relatedWithTitles) } : {}),
  };
}

function titled(value: unknown, vocabulary: Vocabulary): unknown {
  if (!isObject(value) || typeof value.id !== 'string') return value;
  return { id: value.id, title: { en: vocabulary.get(value.id)?.title ?? value.id } };
}

function licenceWithTitle(value: unknown): unknown {
  if (!isObject(value) || typeof value.id !== 'string') return value;
  const known = rights.get(value.id);
  if (!known) return value;
  return { id: value.id, title: { en: known.title }, props: { url: known.url, scheme: 'spdx' } };
}

function relatedWithTitles(value: unknown): unknown {
  if (!isObject(value)) return value;
  return {
    ...value,
    ...(value.relation_type ? { relation_type: titled(value.relation_type, relationTypes) } : {}),
    ...(value.resource_type ? { resource_type: titled(value.resource_type, resourceTypes) } : {}),
  };
}
