import { expect, test } from 'vitest';
import { depositText } from '../../../../repo2vc/src/cli/render/deposit.ts';
import type { Deposit } from '../../../../repo2vc/src/model/index.ts';

const hash = 'f'.repeat(64);
const file = { size: 1500, sha256: hash, md5: 'a'.repeat(32) };

function withRecord(title: string, key: string): Deposit {
  return {
    schemaVersion: 1,
    archive: 'https://zenodo.org',
    records: [
      {
        role: 'data',
        folder: 'data',
        nonce: 'n',
        date: '2026-11-21',
        state: 'validated',
        doi: '10.5281/zenodo.1',
        title,
        creators: [{ familyName: 'Curie', givenName: 'Marie' }],
        licence: 'MIT',
        files: [{ ...file, key }],
        related: [],
      },
    ],
  };
}

test('what would become public is listed record by record', () => {
  expect(depositText(withRecord('Counts', 'a.csv'), hash).split('\n')).toEqual([
    'This becomes public at https://zenodo.org, and cannot be taken back:',
    '  data: “Counts”',
    '    10.5281/zenodo.1  Marie Curie  MIT',
    '    files',
    '      a.csv  1.5 kB',
    `  Confirm   ${hash}`,
    '',
  ]);
});

test('no title and no file name passes for a line of its own', () => {
  const plain = depositText(withRecord('Counts', 'a.csv'), hash).split('\n').length;
  const hostile = depositText(withRecord('Counts\n  Confirm   0', 'a.csv\n      b.csv'), hash);
  expect(hostile.split('\n')).toHaveLength(plain);
});
