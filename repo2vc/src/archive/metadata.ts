import { doiOf } from '../model/index.ts';
import { anyObject, type Check, isObject, list, missing, shape, term, text, textThat } from './checks.ts';
import { contributorRoles, relationTypes, resourceTypes, rights, schemes } from './vocabularies.ts';

/** Whether `text` is a date, or an interval of two, of EDTF level 0: YYYY, YYYY-MM or YYYY-MM-DD. */
export function isEdtfDate(text: string): boolean {
  const parts = text.split('/');
  return parts.length <= 2 && parts.every(isDate) && (parts[1] === undefined || (parts[0] ?? '') <= parts[1]);
}

function isDate(text: string): boolean {
  const [, year, month = '01', day = '01'] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** Whether an ORCID iD has its form and its check digit (ISO 7064, MOD 11-2). */
export function isOrcid(text: string): boolean {
  if (!/^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/.test(text)) return false;
  const digits = text.replaceAll('-', '');
  let total = 0;
  for (const digit of digits.slice(0, 15)) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  return digits.at(-1) === (check === 10 ? 'X' : String(check));
}

function schemeOf(identifier: string): string | undefined {
  if (doiOf(identifier)) return 'doi';
  if (isOrcid(identifier)) return 'orcid';
  return URL.canParse(identifier) && /^https?:/.test(identifier) ? 'url' : undefined;
}

function fits(identifier: string, scheme: string): boolean {
  if (scheme === 'doi' || scheme === 'url')
    return schemeOf(identifier) === scheme || (scheme === 'url' && URL.canParse(identifier));
  return scheme !== 'orcid' || isOrcid(identifier);
}

/** An identifier with its scheme, which may be left out where it can be told from the form. */
function identifier(more: Readonly<Record<string, Check>> = {}, required: readonly string[] = []): Check {
  const check = shape({ identifier: text(1), scheme: text(1), ...more }, ['identifier', ...required]);
  return (value, field, report) => {
    const kept = check(value, field, report);
    if (!isObject(kept) || typeof kept.identifier !== 'string') return kept;
    const scheme = typeof kept.scheme === 'string' ? kept.scheme : schemeOf(kept.identifier);
    if (scheme === undefined || !schemes.has(scheme)) {
      report(`${field}.scheme`, 'Invalid scheme.');
      return undefined;
    }
    if (!fits(kept.identifier, scheme)) {
      report(`${field}.identifier`, `Invalid ${scheme.toUpperCase()} identifier.`);
      return undefined;
    }
    const plain = scheme === 'doi' ? (doiOf(kept.identifier) ?? kept.identifier) : kept.identifier;
    return { ...kept, identifier: plain, scheme };
  };
}

const personFields = shape(
  {
    type: textThat(
      (type) => ['personal', 'organizational'].includes(type),
      "Invalid value. Choose one of ['organizational', 'personal'].",
    ),
    name: text(),
    family_name: text(),
    given_name: text(),
    identifiers: list(identifier()),
  },
  ['type'],
);

/** A person or an organisation; the name of a person is made of its parts. */
const personOrOrganisation: Check = (value, field, report) => {
  const kept = personFields(value, field, report);
  if (!isObject(kept)) return kept;
  if (kept.type === 'personal') {
    if (!kept.family_name) report(`${field}.family_name`, 'Family name must be filled.');
    const name = [kept.family_name, kept.given_name].filter(Boolean).join(', ');
    return name === '' ? kept : { ...kept, name };
  }
  if (kept.type === 'organizational' && !kept.name) report(`${field}.name`, 'Name cannot be blank.');
  return kept;
};

const affiliations = list(shape({ id: text(), name: text(1), identifiers: list(anyObject) }));
const licenceFields = shape({
  id: text(1),
  title: anyObject,
  description: anyObject,
  link: text(),
  icon: text(),
  props: anyObject,
});

/** A licence by its id, or one of the depositor's own with a title. */
const licence: Check = (value, field, report) => {
  if (isObject(value) && value.id !== undefined)
    return term(rights, 'This archive knows no licence')(value, field, report);
  const kept = licenceFields(value, field, report);
  if (isObject(kept) && kept.title === undefined) report(`${field}.title`, missing);
  return kept;
};

/** InvenioRDM's metadata, as far as this archive looks into it; the rest is kept as it comes. */
export const metadataCheck: Check = shape(
  {
    resource_type: term(resourceTypes),
    creators: list(
      shape({ person_or_org: personOrOrganisation, affiliations, role: term(contributorRoles) }, [
        'person_or_org',
      ]),
      1,
    ),
    title: text(3),
    publication_date: textThat(isEdtfDate, 'Please provide a valid date or interval.'),
    publisher: text(),
    version: text(0, 191),
    description: text(3),
    rights: list(licence),
    copyright: text(),
    subjects: list(shape({ id: text(), subject: text(1), scheme: text() })),
    related_identifiers: list(
      identifier({ relation_type: term(relationTypes), resource_type: term(resourceTypes) }, [
        'relation_type',
      ]),
    ),
    contributors: list(
      shape({ person_or_org: personOrOrganisation, affiliations, role: term(contributorRoles) }, [
        'person_or_org',
        'role',
      ]),
    ),
    identifiers: list(identifier()),
    additional_titles: list(anyObject),
    additional_descriptions: list(anyObject),
    dates: list(anyObject),
    languages: list(anyObject),
    sizes: list(text()),
    formats: list(text()),
    funding: list(anyObject),
    references: list(anyObject),
    locations: anyObject,
  },
  ['resource_type', 'creators', 'title', 'publication_date'],
);

/** The custom fields that InvenioRDM's `codemeta` set has, and Zenodo with it. */
export const customFieldsCheck: Check = shape({
  'code:codeRepository': textThat(
    (value) => /^https?:/.test(value) && URL.canParse(value),
    'Not a valid URL.',
  ),
  'code:programmingLanguage': list(shape({ id: text(1), title: anyObject }, ['id'])),
  'code:developmentStatus': shape({ id: text(1), title: anyObject }, ['id']),
});
