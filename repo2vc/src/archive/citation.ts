import { type ArchiveContent, doiUrl } from '../model/index.ts';
import { listAt, objectAt, textAt } from './fields.ts';

/** A creator as pages and citations name them. */
export interface CreatorName {
  readonly name: string;
  /** As citations have it: family name, then initials. */
  readonly short: string;
  readonly orcid: string;
  readonly affiliation: string;
}

/** The creators of a record, in their order. */
export function creatorsOf(content: ArchiveContent): CreatorName[] {
  return listAt(content.metadata, 'creators').map((creator) => {
    const person = objectAt(creator, 'person_or_org');
    const family = textAt(person, 'family_name');
    const given = textAt(person, 'given_name');
    const initials = given.split(/[\s.]+/).map((part) => (part ? `${part[0]}.` : ''));
    const orcid = listAt(person, 'identifiers').find(({ scheme }) => scheme === 'orcid') ?? {};
    const affiliations = listAt(creator, 'affiliations').map((affiliation) => textAt(affiliation, 'name'));
    return {
      name: family ? joined(' ', given, family) : textAt(person, 'name'),
      short: family ? joined(', ', family, joined(' ', ...initials)) : textAt(person, 'name'),
      orcid: textAt(orcid, 'identifier'),
      affiliation: joined('; ', ...affiliations),
    };
  });
}

/** How to cite a record, in the style of the APA: authors, year, title, version, publisher, DOI. */
export function citationOf(content: ArchiveContent): string {
  const { metadata, doi } = content;
  const names = creatorsOf(content).map((creator) => creator.short);
  const authors =
    names.length > 1 ? `${names.slice(0, -1).join(', ')}, & ${names.at(-1)}` : joined('', ...names);
  const version = textAt(metadata, 'version');
  const year = textAt(metadata, 'publication_date').slice(0, 4);
  const title = joined(' ', textAt(metadata, 'title'), version && `(Version ${version})`);
  return joined(
    ' ',
    authors,
    `(${year}).`,
    `${title}.`,
    `${textAt(metadata, 'publisher')}.`,
    doi ? doiUrl(doi) : '',
  );
}

function joined(separator: string, ...parts: readonly string[]): string {
  return parts.filter(Boolean).join(separator);
}
