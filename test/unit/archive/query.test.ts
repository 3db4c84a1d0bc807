import { expect, test } from 'vitest';
import { parseQuery } from '../../../repo2vc/src/archive/query.ts';

const record = {
  id: 'abcde-fghij',
  is_published: true,
  metadata: {
    title: 'Melting curve of gallium',
    subjects: [{ subject: 'repo2vc-nonce:k3j9x2' }, { subject: 'thermal analysis' }],
    related_identifiers: [
      { identifier: '10.5281/zenodo.99', relation_type: { id: 'requires' } },
      { identifier: '10.5281/zenodo.55', relation_type: { id: 'references' } },
    ],
  },
};
const options = {
  aliases: { 'related.identifier': 'metadata.related_identifiers.identifier' },
  textFields: new Set(['metadata.title']),
};
const finds = (q: string) => parseQuery(q, options)(record);

test.each([
  '',
  '*',
  'gallium',
  'GALLIUM melting',
  '"melting curve"',
  '"repo2vc-nonce:k3j9x2"',
  'id:abcde-fghij',
  'is_published:true',
  'metadata.title:gallium',
  'metadata.title:"of gallium"',
  'metadata.subjects.subject:"repo2vc-nonce:k3j9x2"',
  'metadata.related_identifiers.identifier:"10.5281/zenodo.99" AND metadata.related_identifiers.relation_type.id:requires',
  'related.identifier:"10.5281/zenodo.55"',
  'related.identifier:10.5281\\/zenodo.55',
  'silver OR gallium',
  'gallium NOT silver',
  'gallium -silver',
  '(silver OR gallium) AND (melting OR boiling)',
  'metadata.title:*',
  'metadata.title:"gallium*"',
])('finds %s', (q) => {
  expect(finds(q)).toBe(true);
});

test.each([
  'silver',
  '"curve melting"',
  'gall',
  'metadata.subjects.subject:nonce',
  'related.identifier:"10.5281/ZENODO.55"',
  'related.identifier:"10.5281/zenodo.9"',
  'gallium AND silver',
  'NOT gallium',
  'metadata.colour:*',
  'repo2vc-nonce:k3j9x2',
  'constructor:*',
])('does not find %s', (q) => {
  expect(finds(q)).toBe(false);
});

test.each([
  'related.identifier:10.5281/zenodo.55',
  '"open',
  '(gallium',
  'gallium)',
  'AND',
  'NOT',
  'created:[2020 TO 2021]',
  'metadata.title:(gallium OR silver)',
  'metadata.title: gallium',
  'metadata.title:melt*',
  'gall?um',
])('refuses %s with 400', (q) => {
  expect(() => finds(q)).toThrow(expect.objectContaining({ status: 400 }));
});

test('any text is read or refused, and never takes long', () => {
  for (const q of [
    '('.repeat(3999),
    '-'.repeat(3999),
    '"'.repeat(3999),
    'a:'.repeat(1999),
    '\\'.repeat(3999),
  ]) {
    try {
      parseQuery(q)(record);
    } catch (error) {
      expect(error).toMatchObject({ status: 400 });
    }
  }
});
