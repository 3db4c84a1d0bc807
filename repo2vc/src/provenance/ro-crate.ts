import { type Creator, canonicalJson, type DepositRecord, doiUrl } from '../model/index.ts';
import { mediaTypeOf } from './media-types.ts';

/** The file that tells what a record holds, in the form of RO-Crate 1.2 (w3id.org/ro/crate/1.2). */
export const crateFile = 'ro-crate-metadata.json';

/** A file as its crate tells of it. */
export interface CrateFile {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
}

/** A record that an experiment used. */
export interface UsedEntity {
  readonly role: 'data' | 'environment';
  readonly doi: string;
  readonly title?: string;
}

/** What a crate is made of. `record` has its reserved DOI already. */
export interface CrateInput {
  readonly record: Omit<DepositRecord, 'files' | 'related'>;
  /** Every file of the record but the crate itself. */
  readonly files: readonly CrateFile[];
  /** The key of the notebook, or of the archive that holds it. */
  readonly notebook?: string;
}

type Entity = Readonly<Record<string, unknown>> & { readonly '@id': string };

/**
 * The crate of a record. `used` is what an experiment used: its notebook requires the environment template, and it
 * cites both the template and the data.
 */
export function roCrate(input: CrateInput, used: readonly UsedEntity[]): string {
  const { record, files, notebook } = input;
  const licence = `https://spdx.org/licenses/${record.licence}`;
  const people = record.creators.map(personOf);
  const requirements = used.filter(({ role }) => role === 'environment').map(({ doi }) => ref(doiUrl(doi)));
  const code = requirements.length > 0 ? { softwareRequirements: requirements } : {};
  const graph: Entity[] = [
    {
      '@id': crateFile,
      '@type': 'CreativeWork',
      about: ref('./'),
      conformsTo: ref('https://w3id.org/ro/crate/1.2'),
    },
    rootOf(input, licence, used),
    { '@id': licence, '@type': 'CreativeWork', name: record.licence, description: `SPDX ${record.licence}` },
    ...people,
    ...files.map((file) => fileEntity(file, file.key === notebook ? code : undefined)),
    ...used.map(usedEntity),
  ];
  return canonicalJson({ '@context': 'https://w3id.org/ro/crate/1.2/context', '@graph': unique(graph) });
}

function rootOf({ record, files }: CrateInput, licence: string, used: readonly UsedEntity[]): Entity {
  const doi = record.doi === undefined ? undefined : doiUrl(record.doi);
  return {
    '@id': './',
    '@type': 'Dataset',
    name: record.title,
    description: record.description ?? descriptions[record.role],
    datePublished: record.date,
    license: ref(licence),
    author: record.creators.map((creator) => ref(personOf(creator)['@id'])),
    hasPart: files.map(({ key }) => ref(encodeURIComponent(key))),
    ...(doi === undefined ? {} : { identifier: doi, 'cite-as': doi, url: doi }),
    ...(used.length === 0 ? {} : { citation: used.map((one) => ref(doiUrl(one.doi))) }),
  };
}

const descriptions = {
  data: 'Data of an experiment.',
  environment: 'An environment template: it describes, and builds, the environment that experiments run in.',
  experiment: 'An experiment notebook with its files and its environment.',
} as const;

function fileEntity({ key, size, sha256 }: CrateFile, notebook: object | undefined): Entity {
  return {
    '@id': encodeURIComponent(key),
    '@type': notebook ? ['File', 'SoftwareSourceCode'] : 'File',
    name: key,
    description: notebook ? `The notebook, ${key}` : `The file ${key}`,
    encodingFormat: mediaTypeOf(key),
    contentSize: String(size),
    sha256,
    ...notebook,
  };
}

function usedEntity({ role, doi, title }: UsedEntity): Entity {
  return {
    '@id': doiUrl(doi),
    '@type': role === 'environment' ? ['SoftwareApplication', 'CreativeWork'] : 'Dataset',
    name: title ?? doi,
    identifier: doi,
    url: doiUrl(doi),
  };
}

function personOf({ familyName, givenName, orcid, affiliation }: Creator): Entity {
  const name = [givenName, familyName].filter(Boolean).join(' ');
  return {
    '@id': orcid ? `https://orcid.org/${orcid}` : `#${encodeURIComponent(name)}`,
    '@type': 'Person',
    name,
    familyName,
    ...(givenName ? { givenName } : {}),
    ...(affiliation ? { affiliation } : {}),
  };
}

function ref(id: string): { readonly '@id': string } {
  return { '@id': id };
}

/** JSON-LD in RO-Crate's flat form has each entity once. */
function unique(graph: readonly Entity[]): Entity[] {
  return [...new Map(graph.map((entity) => [entity['@id'], entity])).values()];
}
