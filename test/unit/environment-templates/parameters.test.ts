import { expect, test } from 'vitest';
import {
  checkParameters,
  checkSecrets,
  parseParameter,
} from '../../../repo2vc/src/environment-templates/parameters.ts';
import type { EnvironmentTemplate, Parameter, Scalar, Values } from '../../../repo2vc/src/model/index.ts';
import { failureOf } from '../../support/failures.ts';
import { descriptor } from '../../support/notebook.ts';

const templateOf = (parameters: Readonly<Record<string, Parameter>>) =>
  descriptor({ parameters }) as unknown as EnvironmentTemplate;
const template = templateOf({
  memory: { type: 'number', minimum: 1, maximum: 8, default: 2 },
  threads: { type: 'integer' },
  method: { type: 'string', enum: ['fast', 'exact'], default: 'fast' },
  label: { type: 'string', minLength: 2, maxLength: 4, default: 'ab' },
  plot: { type: 'boolean', default: true },
  token: { type: 'string', writeOnly: true },
});

test('types what comes as text, fills in defaults, and leaves secrets out', () => {
  expect(checkParameters(template, { threads: '4', memory: 8, plot: 'no', label: '𝕒𝕓𝕔𝕕' })).toEqual({
    value: { memory: 8, threads: 4, method: 'fast', label: '𝕒𝕓𝕔𝕕', plot: false },
  });
});

test('asks for what has neither value nor default', () => {
  expect(checkParameters(template, {})).toEqual({
    needs: [{ kind: 'parameter', name: 'threads', parameter: { type: 'integer' } }],
  });
});

test.each<[Values, string, string]>([
  [{ threads: 'four' }, 'threads', 'must be a whole number, found "four"'],
  [{ threads: 1.5 }, 'threads', 'must be a whole number, found 1.5'],
  [{ threads: '1e99' }, 'threads', 'must be a whole number'],
  [{ threads: true }, 'threads', 'must be a whole number, found true'],
  [{ memory: '9' }, 'memory', 'must be at most 8, found 9'],
  [{ memory: 0.5 }, 'memory', 'must be at least 1'],
  [{ memory: 'NaN' }, 'memory', 'must be a number, found "NaN"'],
  [{ memory: Number.NaN }, 'memory', 'must be a number'],
  [{ memory: 'Infinity' }, 'memory', 'must be a number'],
  [{ memory: '1e999' }, 'memory', 'must be a number, found "1e999"'],
  [{ method: 'slow' }, 'method', 'must be one of "fast", "exact", found "slow"'],
  [{ label: 'abcde' }, 'label', 'must have at most 4 characters'],
  [{ label: 'a' }, 'label', 'must have at least 2 characters'],
  [{ label: 7 }, 'label', 'must be text, found 7'],
  [{ label: 'a\uD800' }, 'label', 'must be plain Unicode text'],
  [{ label: 'a\0b' }, 'label', 'must be plain Unicode text without NUL'],
  [{ plot: 'maybe' }, 'plot', 'must be true or false, found "maybe"'],
])('refuses %j', async (values, name, expected) => {
  const failure = await failureOf(() => checkParameters(template, { threads: 1, ...values }));
  expect(failure.code).toBe('invalid-parameter');
  expect(failure.args.parameter).toBe(name);
  expect(failure.message).toContain(`"${name}" ${expected}`);
});

test('names the nearest parameter for an unknown one', async () => {
  const failure = await failureOf(() => checkParameters(template, { memroy: 4 }));
  expect(failure).toMatchObject({ code: 'invalid-parameter', hint: 'Did you mean "memory"?' });
  expect((await failureOf(() => checkParameters(templateOf({}), { constructor: 1 }))).hint).toContain(
    'no parameters',
  );
});

test('a secret given in the open is refused without showing it', async () => {
  const failure = await failureOf(() => checkParameters(template, { threads: 1, token: 'hunter2' }));
  expect(failure.code).toBe('invalid-parameter');
  expect(JSON.stringify([failure.message, failure.hint, failure.args])).not.toContain('hunter2');
});

test('a secret that is none is told apart from one that nobody asks for', async () => {
  const refusal = (name: string) => failureOf(() => checkSecrets(template, new Map([[name, 'x']])));
  expect(await refusal('threads')).toMatchObject({
    code: 'invalid-parameter',
    message: 'The parameter "threads" is no secret.',
    hint: 'Give it with: -p threads=...',
  });
  expect(await refusal('tokn')).toMatchObject({ hint: 'Did you mean "token"?' });
});

test.each<[Parameter['type'], string, Scalar | undefined]>([
  ['string', ' 4 ', ' 4 '],
  ['integer', ' 4 ', 4],
  ['number', '-.5e1', -5],
  ['number', '0x10', undefined],
  ['number', '', undefined],
  ['boolean', 'YES', true],
  ['boolean', '1', undefined],
])('reads text as %s: %j', (type, text, expected) => {
  expect(parseParameter({ type } as Parameter, text)).toBe(expected);
});
