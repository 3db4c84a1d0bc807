import { expect, test } from 'vitest';
import { collector } from '../../../repo2vc/src/archive/checks.ts';
import { isEdtfDate, isOrcid, metadataCheck } from '../../../repo2vc/src/archive/metadata.ts';
import { relationTypes } from '../../../repo2vc/src/archive/vocabularies.ts';

const good = {
  resource_type: { id: 'dataset', title: { en: 'ignored' } },
  title: 'A title',
  publication_date: '2026-08',
  creators: [{ person_or_org: { type: 'personal', family_name: 'Carberry', given_name: 'Josiah' } }],
};

function check(changes: Record<string, unknown>): { kept: unknown; errors: Record<string, string> } {
  const { report, errors } = collector();
  const kept = metadataCheck({ ...good, ...changes }, 'metadata', report);
  return {
    kept,
    errors: Object.fromEntries(errors().map(({ field, messages }) => [field, messages[0] ?? ''])),
  };
}

test('valid metadata is kept, terms by their id alone and people with their name', () => {
  const { kept, errors } = check({});
  expect(errors).toEqual({});
  expect(kept).toMatchObject({
    resource_type: { id: 'dataset' },
    creators: [{ person_or_org: { name: 'Carberry, Josiah' } }],
  });
});

test.each<[string, Record<string, unknown>, string, string]>([
  ['a short title', { title: 'ab' }, 'metadata.title', 'Shorter than minimum length 3.'],
  ['no creators', { creators: [] }, 'metadata.creators', 'Shorter than minimum length 1.'],
  ['a title that is a number', { title: 7 }, 'metadata.title', 'Not a valid string.'],
  ['null', { title: null }, 'metadata.title', 'Missing data for required field.'],
  ['a long version', { version: 'x'.repeat(192) }, 'metadata.version', 'Longer than maximum length 191.'],
  [
    'a person without a family name',
    { creators: [{ person_or_org: { type: 'personal', given_name: 'Josiah' } }] },
    'metadata.creators.0.person_or_org.family_name',
    'Family name must be filled.',
  ],
  [
    'an ORCID iD with a wrong check digit',
    {
      creators: [
        {
          person_or_org: {
            type: 'personal',
            family_name: 'C',
            identifiers: [{ scheme: 'orcid', identifier: '0000-0002-1825-0098' }],
          },
        },
      ],
    },
    'metadata.creators.0.person_or_org.identifiers.0.identifier',
    'Invalid ORCID identifier.',
  ],
  [
    'a scheme that there is not',
    { related_identifiers: [{ identifier: 'swh:1:dir:0', scheme: 'swhid', relation_type: { id: 'cites' } }] },
    'metadata.related_identifiers.0.scheme',
    'Invalid scheme.',
  ],
  [
    'a DOI that is none',
    { related_identifiers: [{ identifier: 'abc', scheme: 'doi', relation_type: { id: 'cites' } }] },
    'metadata.related_identifiers.0.identifier',
    'Invalid DOI identifier.',
  ],
  [
    'a relation without a type',
    { related_identifiers: [{ identifier: '10.1234/x', scheme: 'doi' }] },
    'metadata.related_identifiers.0.relation_type',
    'Missing data for required field.',
  ],
  [
    'a licence without id or title',
    { rights: [{}] },
    'metadata.rights.0.title',
    'Missing data for required field.',
  ],
  ['a key of every object', { constructor: 'x' }, 'metadata.constructor', 'Unknown field.'],
])('%s is reported', (_case, changes, field, message) => {
  expect(check(changes).errors).toMatchObject({ [field]: message });
});

test('an unknown term refuses the whole request', () => {
  for (const changes of [
    { resource_type: { id: 'novel' } },
    { rights: [{ id: 'CC-BY-4.0' }] },
    { related_identifiers: [{ identifier: '10.1234/x', scheme: 'doi', relation_type: { id: 'uses' } }] },
  ]) {
    expect(() => check(changes)).toThrow(expect.objectContaining({ status: 400, more: {} }));
  }
});

test('licences are SPDX’s, old and rare ones too, and an unknown one is called by its name', () => {
  for (const id of ['ofl-1.1', 'cc-by-2.0', 'cc-by-nc-sa-2.5', 'mit-0', 'etalab-2.0']) {
    expect(check({ rights: [{ id }] }).errors).toEqual({});
  }
  expect(() => check({ rights: [{ id: 'mine' }] })).toThrow('This archive knows no licence mine.');
});

test('dates are EDTF, level 0', () => {
  for (const date of ['2026', '2026-08', '2026-08-21', '2024-02-29', '2020/2021-05'])
    expect(isEdtfDate(date)).toBe(true);
  for (const date of [
    '',
    '26',
    '2026-13',
    '2026-02-30',
    '2026-8-1',
    '2021/2020',
    '2026-08-21T00:00:00Z',
    'a/b/c',
  ]) {
    expect([date, isEdtfDate(date)]).toEqual([date, false]);
  }
});

test('ORCID iDs have a check digit', () => {
  for (const orcid of ['0000-0002-1825-0097', '0000-0002-1694-233X']) expect(isOrcid(orcid)).toBe(true);
  for (const orcid of ['0000-0002-1825-0096', '0000-0002-1694-2330', '0000000218250097']) {
    expect(isOrcid(orcid)).toBe(false);
  }
});

test('all 39 relations of DataCite are known', () => {
  expect(relationTypes.size).toBe(39);
  expect(relationTypes.get('issupplementto')).toEqual({
    title: 'Is supplement to',
    dataCite: 'IsSupplementTo',
  });
});
