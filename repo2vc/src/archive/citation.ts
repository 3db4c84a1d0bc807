import { type ArchiveContent, doiUrl } from '../model/index.ts';
import { isObject } from './checks.ts';

/** A creator as pages and citations name them. */
export interface CreatorName {
  readonly name: string;
  readonly short: string;
  readonly orcid?: string;
  readonly affiliation?: string;
}

/** The creators of a record, in their order. */
export function creatorsOf(content: ArchiveContent): CreatorName[] {
  const creators = Array.isArray(content.metadata.creators) ? content.metadata.creators : [];
  return creators.filter(isObject).map((creator) => {
    const person = isObject(creator.person_or_org) ? creator.person_or_org : {};
    const family = textOf(person.family_name);
    const given = textOf(person.given_name);
    const identifiers = Array.isArray(person.identifiers) ? person.identifiers.filter(isObject) : [];
    const orcid = textOf(identifiers.find((identifier) => identifier.scheme === 'orcid')?.identifier);
    const affiliation = (Array.isArray(creator.affiliations) ? creator.affiliations : [])
      .filter(isObject)
      .map((one) => textOf(one.name))
      .filter(Boolean)
      .join('; ');
    const initials = given
      .split(/[\s.]+/)
      .filter(Boolean)
      .map((part) => `${part[0]}.`)
      .join(' ');
    return {
      name: family ? [given, family].filter(Boolean).join(' ') : textOf(person.name),
      short: family ? [family, initials].filter(Boolean).join(', ') : textOf(person.name),
      ...(orcid ? { orcid } : {}),
      ...(affiliation ? { affiliation } : {}),
    };
  });
}

/** How to cite a record, in the style of the APA: authors, year, title, version, publisher, DOI. */
export function citationOf(content: ArchiveContent): string {
  const { metadata, doi } = content;
  const names = creatorsOf(content).map((creator) => creator.short);
  const authors = names.length > 1 ? `${names.slice(0, -1).join(', ')}, & ${names.at(-1)}` : (names[0] ?? '');
  const version = textOf(metadata.version);
  const title = `${textOf(metadata.title)}${version ? ` (Version ${version})` : ''}`;
  const year = textOf(metadata.publication_date).slice(0, 4);
  const who = authors;
  return `${who} (${year}). ${title}. ${textOf(metadata.publisher)}. ${doi ? doiUrl(doi) : ''}`.trim();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
