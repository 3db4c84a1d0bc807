import type { ArchiveContent } from '../../model/index.ts';
import { type Archive, doiFor, type PublicRecord } from '../archive.ts';
import { type Fields, idAt, listAt, objectAt, textAt } from '../fields.ts';
import { relationTypes, resourceTypes, rights } from '../vocabularies.ts';

/**
 * What DataCite answers about a DOI (JSON:API, https://api.datacite.org): `doi` is the record's own or its concept's.
 */
export function dataCiteAnswer(
  archive: Archive,
  record: PublicRecord,
  doi: string,
  base: string,
): { id: string; type: 'dois'; attributes: Record<string, unknown> } {
  const { metadata, createdAt, updatedAt } = record.published;
  const id = doi.slice(archive.doiPrefix.length + 1);
  const conceptDoi = doiFor(archive, record.parentId);
  const type = resourceTypes.get(idAt(metadata, 'resource_type'));
  return {
    id: doi,
    type: 'dois',
    attributes: {
      doi,
      prefix: '10.5072',
      suffix: doi.slice('10.5072/'.length),
      url: `${base}/records/${id}`,
      contentUrl: null,
      state: 'findable',
      creators: listAt(metadata, 'creators').map(creator),
      titles: [{ title: metadata.title }],
      publisher: metadata.publisher,
      publicationYear: Number(String(metadata.publication_date).slice(0, 4)),
      types: { resourceTypeGeneral: type?.dataCite, resourceType: type?.title },
      version: metadata.version ?? null,
      subjects: listAt(metadata, 'subjects').map(({ subject }) => ({ subject })),
      descriptions: metadata.description
        ? [{ description: metadata.description, descriptionType: 'Abstract' }]
        : [],
      dates: [{ date: metadata.publication_date, dateType: 'Issued' }],
      rightsList: listAt(metadata, 'rights').map(licence),
      relatedIdentifiers: relatedIdentifiers(record.published, doi === conceptDoi ? undefined : conceptDoi),
      created: createdAt,
      registered: createdAt,
      updated: updatedAt,
    },
  };
}

function relatedIdentifiers(content: ArchiveContent, conceptDoi: string | undefined): unknown[] {
  const stated = listAt(content.metadata, 'related_identifiers').map((related) => ({
    relatedIdentifier: related.identifier,
    relatedIdentifierType: String(related.scheme).toUpperCase(),
    relationType: relationTypes.get(idAt(related, 'relation_type'))?.dataCite,
    resourceTypeGeneral: resourceTypes.get(idAt(related, 'resource_type'))?.dataCite,
  }));
  if (conceptDoi === undefined) return stated;
  return [
    ...stated,
    { relatedIdentifier: conceptDoi, relatedIdentifierType: 'DOI', relationType: 'IsVersionOf' },
  ];
}

function creator(value: Fields): Record<string, unknown> {
  const person = objectAt(value, 'person_or_org');
  const identifiers = listAt(person, 'identifiers').map((identifier) => ({
    nameIdentifier:
      identifier.scheme === 'orcid' ? `https://orcid.org/${identifier.identifier}` : identifier.identifier,
    nameIdentifierScheme: String(identifier.scheme).toUpperCase(),
  }));
  return {
    name: person.name,
    nameType: person.type === 'organizational' ? 'Organizational' : 'Personal',
    ...(person.given_name ? { givenName: person.given_name } : {}),
    ...(person.family_name ? { familyName: person.family_name } : {}),
    affiliation: listAt(value, 'affiliations').map(({ name }) => name),
    nameIdentifiers: identifiers,
  };
}

function licence(value: Fields): Record<string, unknown> {
  if (typeof value.id !== 'string') return { rights: textAt(objectAt(value, 'title'), 'en') };
  const known = rights.get(value.id);
  return {
    rights: known?.title ?? value.id,
    rightsUri: known?.url,
    rightsIdentifier: value.id,
    rightsIdentifierScheme: 'SPDX',
  };
}
