import { expect, test } from 'vitest';
import { parameterCell } from '../../../repo2vc/src/environment-templates/parameter-cell.ts';
import type { EnvironmentTemplate } from '../../../repo2vc/src/model/index.ts';
import { failureOf } from '../../support/failures.ts';
import { descriptor } from '../../support/notebook.ts';

const template = descriptor({
  parameters: {
    text: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    on: { type: 'boolean' },
    token: { type: 'string', writeOnly: true },
  },
}) as unknown as EnvironmentTemplate;

test('writes one assignment per parameter, and the path of a secret', () => {
  const values = { text: 'plain', count: 3, ratio: 2, on: false };
  expect(parameterCell(template, values, new Map([['token', '/run/secrets/token']]))).toBe(
    ['text = "plain"', 'count = 3', 'ratio = 2.0', 'on = False', 'token_file = "/run/secrets/token"'].join(
      '\n',
    ),
  );
});

test.each([
  ['quotes', `'"""`, String.raw`text = "'\"\"\""`],
  ['a backslash at the end', 'a\\', String.raw`text = "a\\"`],
  ['lines', 'a\nb\r\u2028!ls', String.raw`text = "a\u000ab\u000d\u2028!ls"`],
  ['what shells and f-strings expand', '${x} {y} $(z) %w', 'text = "${x} {y} $(z) %w"'],
  ['characters beyond 16 bits', 'é😀', String.raw`text = "\u00e9\U0001f600"`],
])('keeps a text as data: %s', (_name, value, expected) => {
  const cell = parameterCell(template, { text: value }, new Map());
  expect(cell).toBe(expected);
  expect(cell).not.toMatch(/[^\x20-\x7e]/);
});

test('writes numbers as Python has them', () => {
  expect(parameterCell(template, { ratio: 1e21 }, new Map())).toBe('ratio = 1e+21');
  expect(parameterCell(template, { ratio: -0.5 }, new Map())).toBe('ratio = -0.5');
  expect(() => parameterCell(template, { ratio: Number.NaN }, new Map())).toThrow();
});

test('refuses a language that it cannot write', async () => {
  expect((await failureOf(() => parameterCell(template, {}, new Map(), 'R'))).code).toBe(
    'unsupported-language',
  );
});
