import { describe, expect, it } from 'vitest';
import { doiOf } from '../../../repo2vc/src/model/doi.ts';

describe('a DOI', () => {
  it.each([
    '10.5281/zenodo.123',
    ' 10.5281/ZENODO.123 ',
    'doi:10.5281/zenodo.123',
    'DOI: 10.5281/zenodo.123',
    'https://doi.org/10.5281/zenodo.123',
    'http://dx.doi.org/10.5281/zenodo.123',
    'https://doi.org/10.5281%2Fzenodo.123',
    'https://doi.org/10.5281/zenodo.123?x=1#y',
  ])('is read from %j', (text) => {
    expect(doiOf(text)).toBe('10.5281/zenodo.123');
  });

  it('keeps every sign of its suffix', () => {
    expect(doiOf('10.1002/(SICI)1097<1:AID>3.0.CO;2-#')).toBe('10.1002/(sici)1097<1:aid>3.0.co;2-#');
    expect(doiOf('https://doi.org/10.1002/a%3Cb%23c')).toBe('10.1002/a<b#c');
  });

  it.each([
    '',
    '10.5281',
    '10.52/x',
    '10.5281/',
    'zenodo.123',
    'https://zenodo.org/doi/10.5281/zenodo.1',
    'a 10.5281/b',
  ])('is not read from %j', (text) => {
    expect(doiOf(text)).toBeUndefined();
  });
});
