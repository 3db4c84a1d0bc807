import { describe, expect, it } from 'vitest';
import { parserOf } from '../../../repo2vc/src/model/index.ts';
import { failureOf } from '../../support/failures.ts';

const problems = async (id: string, data: unknown) => {
  const failure = await failureOf(() => parserOf(id)(data, 'a.ipynb'));
  expect(failure.code).toBe('invalid-file');
  expect(failure.message).toContain('a.ipynb is not valid: ');
  return failure.args.problems;
};
const ofLink = (...used: unknown[]) =>
  problems('experiment.schema.json', { schemaVersion: 1, kind: 'experiment', used });
const folder = { role: 'environment', path: 'environment' };
const pathRule =
  'must be: a path inside a folder, with / between its parts; never absolute, never leading out of the folder';

describe('one of several forms', () => {
  it.each([
    [
      { role: 'data', doi: 'https://doi.org/10.5281/zenodo.1' },
      'used[1].doi must be: a DOI without a resolver in front, found "https://doi.org/10.5281/zenodo.1"',
    ],
    [
      { role: 'enviroment', path: 'environment' },
      'used[1].role must be one of "environment", "data", found "enviroment"',
    ],
    [{ role: 'data', path: '../data' }, `used[1].path ${pathRule}, found "../data"`],
    [
      { role: 'data', doi: '10.5281/zenodo.1', sha: 'x' },
      'used[1] has an unknown key "sha"; known here: role, doi, sha256, into',
    ],
  ])('%j is told of as the one that was meant', async (link, problem) => {
    expect(await ofLink(folder, link, folder)).toEqual([problem]);
  });

  it('may be each of them', async () => {
    expect(await ofLink({ role: 'data' })).toEqual(['used[0] lacks "doi"', 'used[0] lacks "path"']);
  });

  it('is chosen by its tag, or the tag is what is wrong', async () => {
    const path = '/x';
    const reference = (kind: string) => problems('reference.schema.json', { schemaVersion: 1, kind, path });
    expect(await reference('local')).toEqual(['it lacks "text"']);
    expect(await reference('locl')).toEqual(['it lacks "text"', 'kind must be "local", found "locl"']);
  });

  it('does not hide what else is wrong', async () => {
    const found = await problems('experiment.schema.json', {
      schemaVersion: 2,
      kind: 'experiment',
      used: [1],
    });
    expect(found).toEqual(['schemaVersion must be 1, found 2', 'used[0] must be object, found 1']);
  });
});

it('comes to an end over a file of nothing but mistakes', async () => {
  expect(await ofLink(...Array.from({ length: 20_000 }, () => ({ role: 'x' })))).toHaveLength(5);
});

it.each(['/x', '../x', 'a/..', 'a\n/../../x', 'a\u2028/../x', 'a\u0007', 'a\\..\\x', ''])(
  'a path that is %j does not lie in a folder',
  async (path) => {
    expect(await ofLink({ role: 'data', path })).toHaveLength(1);
  },
);
