import { isScalar, parseDocument, parse as parseYaml, visit, YAMLParseError } from 'yaml';
import { Failure } from '../failure.ts';
import type { Creator } from '../model/index.ts';

/** The file in which a folder says how to cite it (citation-file-format.github.io, 1.2.0). */
export const citationFile = 'CITATION.cff';

/** What a CITATION.cff tells; what it lacks, or has only as a `<placeholder>`, is absent. */
export interface Citation {
  readonly title?: string;
  readonly description?: string;
  readonly creators?: readonly [Creator, ...Creator[]];
  /** SPDX identifier. */
  readonly licence?: string;
}

/** Reads a CITATION.cff. The Failure `invalid-citation` names every place that cannot be used as it is. */
export function readCitation(text: string, source: string): Citation {
  const problems: string[] = [];
  const read = { file: fileOf(text, source), problems };
  const title = textAt(read, 'title');
  const description = textAt(read, 'abstract');
  const creators = creatorsIn(read);
  const licence = licenceIn(read);
  if (problems.length > 0) throw invalid(source, problems);
  const [first, ...more] = creators;
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(first === undefined ? {} : { creators: [first, ...more] as const }),
    ...(licence === undefined ? {} : { licence }),
  };
}

/**
 * A CITATION.cff in which something still is a `<placeholder>`, as it is published: with what the person answered in
 * its place, and without what nobody told. One without placeholders stays as it is, byte for byte.
 */
export function completedCitation(
  text: string,
  told: { readonly title: string; readonly creators: readonly Creator[]; readonly licence: string },
): string {
  const document = parseDocument(text);
  if (!removePlaceholders(document)) return text;
  document.set('title', told.title);
  document.set('authors', told.creators.map(authorOf));
  document.set('license', told.licence);
  return document.toString();
}

/** Takes them away, and says whether there were any. */
function removePlaceholders(document: ReturnType<typeof parseDocument>): boolean {
  let found = false;
  visit(document, {
    Pair: (_key, pair) => {
      if (!isScalar(pair.value) || typeof pair.value.value !== 'string') return undefined;
      if (!isPlaceholder(pair.value.value.trim())) return undefined;
      found = true;
      return visit.REMOVE;
    },
  });
  return found;
}

function authorOf({ familyName, givenName, orcid, affiliation }: Creator): Record<string, string> {
  return {
    'family-names': familyName,
    ...(givenName === undefined ? {} : { 'given-names': givenName }),
    ...(orcid === undefined ? {} : { orcid: `https://orcid.org/${orcid}` }),
    ...(affiliation === undefined ? {} : { affiliation }),
  };
}

type Fields = Readonly<Record<string, unknown>>;
interface Reading {
  readonly file: Fields;
  readonly problems: string[];
}

function fileOf(text: string, source: string): Fields {
  let value: unknown;
  try {
    value = parseYaml(text, { maxAliasCount: 0 });
  } catch (error) {
    const why = error instanceof YAMLParseError ? error.message.split('\n')[0] : String(error);
    throw invalid(source, [`it is not YAML: ${why?.replace(/[:.]$/, '')}`]);
  }
  if (!isFields(value)) throw invalid(source, ['it must be a list of keys and values']);
  return value;
}

function textAt({ file, problems }: Reading, key: string, place = key): string | undefined {
  const value = file[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    problems.push(`${place} must be a text, found ${JSON.stringify(value)?.slice(0, 60)}`);
    return undefined;
  }
  const text = value.trim();
  return text === '' || isPlaceholder(text) ? undefined : text;
}

/** `<your family name>`: what `repo2vc init` writes where only a person knows the answer. */
function isPlaceholder(text: string): boolean {
  return /^<[^<>]*>$/.test(text);
}

function creatorsIn({ file, problems }: Reading): Creator[] {
  const { authors } = file;
  if (authors === undefined || authors === null) return [];
  if (!Array.isArray(authors)) {
    problems.push('authors must be a list');
    return [];
  }
  return authors.flatMap((author: unknown, index) => {
    const place = `authors[${index}]`;
    if (isFields(author)) return creatorOf({ file: author, problems }, place) ?? [];
    problems.push(`${place} must have keys and values`);
    return [];
  });
}

function creatorOf(author: Reading, place: string): Creator | undefined {
  const at = (key: string) => textAt(author, key, `${place}.${key}`);
  const family = at('family-names');
  const given = at('given-names');
  const affiliation = at('affiliation');
  if (at('name') !== undefined) {
    author.problems.push(`${place} is an organisation; name the persons, with family-names and given-names`);
  } else if (family === undefined && given !== undefined) {
    author.problems.push(`${place} lacks "family-names"`);
  }
  const orcid = orcidIn(author, at('orcid'), place);
  if (family === undefined) return undefined;
  const familyName = [at('name-particle'), family, at('name-suffix')].filter(Boolean).join(' ');
  return {
    familyName,
    ...(given === undefined ? {} : { givenName: given }),
    ...(orcid === undefined ? {} : { orcid }),
    ...(affiliation === undefined ? {} : { affiliation }),
  };
}

function orcidIn({ problems }: Reading, text: string | undefined, place: string): string | undefined {
  if (text === undefined) return undefined;
  const orcid = /^(?:https?:\/\/orcid\.org\/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\/?$/.exec(text)?.[1];
  if (orcid !== undefined && hasRightCheckDigit(orcid)) return orcid;
  problems.push(`${place}.orcid is no ORCID iD, found ${JSON.stringify(text)}`);
  return undefined;
}

/** ISO 7064 MOD 11-2, which finds mistyped iDs (support.orcid.org, "Structure of the ORCID Identifier"). */
function hasRightCheckDigit(orcid: string): boolean {
  const digits = orcid.replaceAll('-', '');
  const total = [...digits.slice(0, 15)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const check = (12 - (total % 11)) % 11;
  return digits.at(-1) === (check === 10 ? 'X' : String(check));
}

function licenceIn(reading: Reading): string | undefined {
  const { license } = reading.file;
  const one = Array.isArray(license) && license.length === 1 ? { license: license[0] } : reading.file;
  if (Array.isArray(license) && license.length > 1) {
    reading.problems.push('license names several licences; a record has one');
    return undefined;
  }
  const licence = textAt({ file: one, problems: reading.problems }, 'license');
  if (licence === undefined || /^[A-Za-z0-9.+-]{1,64}$/.test(licence)) return licence;
  reading.problems.push(
    `license must be an SPDX identifier such as CC-BY-4.0, found ${JSON.stringify(licence)}`,
  );
  return undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(source: string, problems: readonly string[]): Failure {
  return new Failure('invalid-citation', `${source} is not valid: ${problems.join('; ')}.`, {
    hint: 'The format is described at https://citation-file-format.github.io',
    args: { source, problems },
  });
}
