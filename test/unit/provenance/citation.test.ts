import { describe, expect, it } from 'vitest';
import { completedCitation, readCitation } from '../../../repo2vc/src/provenance/citation.ts';
import { failureOf } from '../../support/failures.ts';
import { citation } from '../../support/publishing.ts';

const problemsOf = async (text: string) => {
  const failure = await failureOf(() => readCitation(text, 'CITATION.cff'));
  expect(failure.code).toBe('invalid-citation');
  return failure.args.problems;
};

describe('a CITATION.cff', () => {
  it('tells title, people and licence', () => {
    expect(readCitation(citation, 'CITATION.cff')).toEqual({
      title: 'Melting curve of X',
      description: 'What melts when.',
      creators: [
        {
          familyName: 'Carberry',
          givenName: 'Josiah',
          orcid: '0000-0002-1825-0097',
          affiliation: 'Brown University',
        },
      ],
      licence: 'CC-BY-4.0',
    });
  });

  it('keeps the particle and suffix of a name', () => {
    const text = 'authors:\n  - family-names: Beethoven\n    name-particle: van\n    name-suffix: Jr.\n';
    expect(readCitation(text, 'c').creators).toEqual([{ familyName: 'van Beethoven Jr.' }]);
  });

  it('takes placeholders for what they are: nothing', () => {
    const text =
      'title: "<title>"\nauthors:\n  - family-names: "<family name>"\n    orcid: "<0000>"\nlicense: "<SPDX>"\n';
    expect(readCitation(text, 'c')).toEqual({});
  });

  it('has one licence, even in a list', () => {
    expect(readCitation('license: [MIT]', 'c')).toEqual({ licence: 'MIT' });
  });
});

describe('a wrong CITATION.cff', () => {
  it.each([
    ['is not YAML', 'title: [', /not YAML/],
    ['is a list', '- a', /keys and values/],
    ['is empty', '', /keys and values/],
    ['grows through aliases', 'a: &a [x]\ntitle: *a', /not YAML/],
    ['has a title that is a number', 'title: 12', /^title must be a text, found 12$/],
    ['has authors that are a text', 'authors: Carberry', /^authors must be a list$/],
    ['has an author that is a text', 'authors: [Carberry]', /^authors\[0\] must have keys/],
    [
      'has an author without a family name',
      'authors: [{given-names: J}]',
      /^authors\[0\] lacks "family-names"$/,
    ],
    ['has an organisation for an author', 'authors: [{name: ACME}]', /^authors\[0\] is an organisation/],
    ['has an ORCID of another form', 'authors: [{family-names: C, orcid: "12"}]', /^authors\[0\]\.orcid/],
    [
      'has a mistyped ORCID',
      'authors: [{family-names: C, orcid: "0000-0002-1825-0098"}]',
      /^authors\[0\]\.orcid is no ORCID iD, found "0000-0002-1825-0098"$/,
    ],
    ['has a licence that is a sentence', 'license: see the file', /SPDX/],
    ['has two licences', 'license: [MIT, Apache-2.0]', /several licences/],
  ])('that %s is refused with its place', async (_, text, place) => {
    expect(await problemsOf(text)).toEqual([expect.stringMatching(place)]);
  });

  it('has all its mistakes told at once', async () => {
    expect(await problemsOf('title: 1\nauthors: x\nlicense: a b\n')).toHaveLength(3);
  });
});

describe('a CITATION.cff that is published', () => {
  const told = {
    title: 'Told',
    creators: [{ familyName: 'Carberry', givenName: 'Josiah', orcid: '0000-0002-1825-0097' }],
    licence: 'MIT',
  };

  it('has what the person answered where it had placeholders, and nothing that nobody told', () => {
    const text = [
      'cff-version: 1.2.0',
      'title: "Mine"',
      'abstract: "<what it shows>"',
      'authors:',
      '  - family-names: "<family name>"',
      '    affiliation: "<where you work>"',
      'license: "<SPDX>"',
    ].join('\n');
    const completed = completedCitation(text, told);
    expect(completed).not.toContain('<');
    expect(completed).toContain('cff-version: 1.2.0');
    expect(readCitation(completed, 'CITATION.cff')).toEqual({
      title: 'Told',
      creators: told.creators,
      licence: 'MIT',
    });
  });

  it('stays as it is when it is complete', () => {
    expect(completedCitation(citation, told)).toBe(citation);
  });
});
