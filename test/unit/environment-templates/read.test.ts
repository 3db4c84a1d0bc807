import { expect, test } from 'vitest';
import { readDescriptorFile, readTemplate } from '../../../repo2vc/src/environment-templates/read.ts';
import { failureOf } from '../../support/failures.ts';
import { descriptor } from '../../support/notebook.ts';

const refusal = async (changes: Readonly<Record<string, unknown>>) => {
  const failure = await failureOf(() => readTemplate(descriptor(changes), 'et.ipynb (metadata.repo2vc)'));
  expect(failure.code).toBe('invalid-template');
  expect(failure.message).toContain('et.ipynb (metadata.repo2vc) is not valid');
  return failure.message;
};
const parameter = (value: unknown, name = 'p') => refusal({ parameters: { [name]: value } });

test('takes a descriptor that says all that can be said', () => {
  const all = descriptor({
    description: 'Everything',
    licence: 'MIT',
    creators: [{ familyName: 'Doe', orcid: '0000-0002-1825-0097' }],
    parameters: {
      memory: { type: 'number', minimum: 1, maximum: 8, default: 2, unit: 'GiB' },
      threads: { type: 'integer', enum: [1, 2], default: 1 },
      token: { type: 'string', writeOnly: true, minLength: 3 },
      fast: { type: 'boolean', default: false },
    },
    environments: { main: { path: 'env' }, tools: { path: '.' } },
    node: { environment: 'main', cpus: { parameter: 'threads' }, memoryGiB: { parameter: 'memory' } },
    client: { environment: 'tools' },
    experiment: { directory: 'work/here' },
    cells: { timeoutSeconds: 30 },
    checks: [{ name: 'python', command: ['python', '--version'] }],
    expires: { defaultMinutes: 60, mostMinutes: 60 },
  });
  expect(readTemplate(all, 'x')).toEqual(all);
});

test('names the place, the value and the nearest correct key', async () => {
  expect(await refusal({ parametres: {} })).toContain('unknown key "parametres"; did you mean "parameters"?');
  expect(await refusal({ title: 7 })).toContain('title must be string, found 7');
  expect(await refusal({ node: { environment: 'mian' } })).toContain(
    'node.environment names no environment: found "mian"; did you mean "main"?',
  );
  expect(await refusal({ client: { environment: 'other' } })).toContain(
    'client.environment names no environment',
  );
  expect(await refusal({ environments: { main: { path: '../up' } } })).toContain('environments.main.path');
  expect(await refusal({ environments: { main: { path: '/etc' } } })).toContain('environments.main.path');
});

test.each([
  [{ type: 'object', properties: {} }, 'parameters.p'],
  [{ $ref: 'http://example.org/x' }, 'parameters.p'],
  [{ type: 'string', pattern: '(a+)+$' }, 'unknown key "pattern"'],
  [{ type: 'number', default: 1, anyOf: [] }, 'unknown key "anyOf"'],
  [{ type: ['string', 'null'] }, 'parameters.p.type'],
  [{ type: 'string', enum: Array.from({ length: 201 }, (_, index) => `v${index}`) }, 'parameters.p.enum'],
  [{ type: 'string', enum: ['x'.repeat(1001)] }, 'parameters.p.enum[0]'],
  [{ type: 'integer', default: 1.5 }, 'parameters.p.default breaks its own rule: it must be a whole number'],
  [{ type: 'integer', minimum: 2, default: 1 }, 'must be at least 2'],
  [{ type: 'number', maximum: 2, default: 3 }, 'must be at most 2'],
  [{ type: 'number', minimum: 3, maximum: 2 }, 'lower bound 3 is above its upper bound 2'],
  [{ type: 'string', minLength: 3, maxLength: 2 }, 'lower bound 3'],
  [{ type: 'string', enum: ['a'], default: 'b' }, 'must be one of "a"'],
  [{ type: 'integer', enum: [1, 2.5] }, 'parameters.p.enum breaks its own rule: 2.5'],
  [{ type: 'string', writeOnly: true, default: 'hunter2' }, 'is a secret'],
])('refuses the hostile or contradictory parameter %j', async (value, expected) => {
  expect(await parameter(value)).toContain(expected);
});

test.each(['__proto__', 'constructor', 'toString', '__builtins__', 'class', 'None', 'prototype'])(
  'refuses a parameter called %s',
  async (name) => {
    const parameters = JSON.parse(`{"${name}": {"type": "string", "default": ""}}`) as Record<
      string,
      unknown
    >;
    expect(await refusal({ parameters })).toContain(`parameters.${name} is a name that`);
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  },
);

test('refuses names that are no variables, and too many of them', async () => {
  expect(await parameter({ type: 'string' }, 'a-b')).toContain('parameters');
  const many = Object.fromEntries(
    Array.from({ length: 51 }, (_, index) => [`p${index}`, { type: 'string' }]),
  );
  expect(await refusal({ parameters: many })).toContain('parameters');
});

test('refuses environments whose names are taken', async () => {
  const environments = (name: string) => ({
    environments: { [name]: { path: '.' } },
    node: { environment: name },
  });
  expect(await refusal(environments('constructor'))).toContain('environments.constructor');
  expect(await refusal(environments('repo2vc-client'))).toContain('environments.repo2vc-client');
});

test('refuses limits that no number stands behind, a folder outside, and an end after the last', async () => {
  const node = (amount: unknown) => ({ node: { environment: 'main', memoryGiB: amount } });
  expect(await refusal(node({ parameter: 'ram' }))).toContain(
    'node.memoryGiB names no parameter: found "ram"',
  );
  expect(await refusal(node(0))).toContain('node.memoryGiB');
  const parameters = { ram: { type: 'string', default: '1' } };
  expect(await refusal({ ...node({ parameter: 'ram' }), parameters })).toContain('needs a number');
  expect(await refusal({ experiment: { directory: '.ssh' } })).toContain('experiment.directory');
  expect(await refusal({ experiment: { directory: 'a//b' } })).toContain('experiment.directory');
  expect(await refusal({ expires: { defaultMinutes: 61, mostMinutes: 60 } })).toContain('more than');
  const both = { token: { type: 'string', writeOnly: true }, token_file: { type: 'string' } };
  expect(await refusal({ parameters: both })).toContain('parameters.token_file');
});

test('reads a descriptor file, and refuses YAML that is broken or grows', async () => {
  expect(readDescriptorFile('kind: container\n', 'repo2vc.yaml')).toEqual({ kind: 'container' });
  for (const text of ['a: [', 'a: &x 1\nb: *x\n', 'a: 1\na: 2\n']) {
    const failure = await failureOf(() => readDescriptorFile(text, 'env/repo2vc.yaml'));
    expect(failure.code).toBe('invalid-template');
    expect(failure.message).toContain('env/repo2vc.yaml is not valid YAML');
  }
});
