import { expect, test } from 'vitest';
import { confirmedHash, minutesOf, secretsIn } from '../../../repo2vc/src/cli/options.ts';
import { failureOf } from '../../support/failures.ts';

test.each([
  ['90', 90],
  ['90m', 90],
  [' 8h ', 480],
  ['2d', 2880],
  ['31d', 44_640],
])('%j is %i minutes', (text, minutes) => {
  expect(minutesOf(text)).toBe(minutes);
});

test.each(['0', '0h', '32d', '99999999999999d', 'soon', '-1', '1.5h', ''])(
  '%j is no time that an environment can live',
  async (text) => {
    expect(await failureOf(() => minutesOf(text))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('90m, 8h, 2d'),
    });
  },
);

test('a hash is one', async () => {
  expect(confirmedHash('a'.repeat(64))).toBe('a'.repeat(64));
  expect((await failureOf(() => confirmedHash('abc'))).code).toBe('usage');
});

test('secrets on standard input are a JSON object of texts', async () => {
  expect(secretsIn('{"key":"S3CRET"}\n')).toEqual(new Map([['key', 'S3CRET']]));
  expect(secretsIn('')).toEqual(new Map());
  for (const text of [
    'key=S3CRET',
    '["S3CRET"]',
    '"S3CRET"',
    'null',
    '{"key":["S3CRET"]}',
    '{"key":"S3CRET"',
  ]) {
    const failure = await failureOf(() => secretsIn(text));
    expect(failure.code).toBe('usage');
    expect(`${failure.message} ${failure.hint} ${failure.cause}`).not.toContain('CRET');
  }
});
