import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { violations } from './rules.ts';
import { readModules, type Tree } from './source.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'repo2vc', 'src');
const tree: Tree = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
);

it('keeps the rules of the house', () => {
  expect([...tree.keys()]).toContain('pipeline/plan.ts'); // else the rule for pure plans would look at nothing
  expect(violations(readModules(tree))).toEqual([]);
});

/** A small house that keeps every rule; each case below plants one breach in it. */
const good: Readonly<Record<string, string>> = {
  'cli/main.ts': `import { reproduce } from '../index.ts'; import { Command } from 'commander'; console.log(process.env, Command, reproduce);`,
  'index.ts': `export { reproduce } from './pipeline/reproduce.ts'; export type { Http } from './io/http.ts';`,
  'pipeline/reproduce.ts': `import { providers } from '../clusters/registry.ts'; import { makePlan } from './plan.ts'; export const reproduce = () => [providers, makePlan];`,
  'pipeline/plan.ts': `import type { Http } from '../io/http.ts'; import { pack } from '../buildpacks/registry.ts'; import { hash } from '../model/hash.ts'; export const makePlan = (http: Http) => [http, pack, hash];`,
  'buildpacks/registry.ts': `import { plan } from './python/plan.ts'; export const pack = { plan };`,
  'buildpacks/python/plan.ts': `import { hash } from '../../model/hash.ts'; export const plan = () => hash;`,
  'clusters/registry.ts': `import { local } from './providers/local/provider.ts'; export const providers = [local];`,
  'clusters/providers/local/provider.ts': `import type { Http } from '../../../io/http.ts'; export const local = (http: Http) => http;`,
  'clusters/providers/other/provider.ts': `export const other = 1;`,
  'settings/load.ts': `export const load = () => import('../io/http.ts');`,
  'io/http.ts': `import axios from 'axios'; export type Http = typeof axios;`,
  'model/hash.ts': `import { createHash } from 'node:crypto'; export const hash = () => createHash('sha256');`,
};

const breachesIn = (changes: Readonly<Record<string, string>>) =>
  violations(readModules(new Map(Object.entries({ ...good, ...changes }))));

const statements = (count: number) => 'count += 1;\n'.repeat(count);

const planted: readonly (readonly [rule: string, path: string, text: string, said: string])[] = [
  // layers, over every form of import
  [
    'a static import upwards',
    'io/a.ts',
    `import { load } from '../settings/load.ts'; load();`,
    'stands above',
  ],
  ['an import for its effects', 'io/a.ts', `import '../settings/load.ts';`, 'stands above'],
  [
    'a dynamic import upwards',
    'io/a.ts',
    `export const a = () => import('../settings/load.ts');`,
    'stands above',
  ],
  [
    'a type import upwards',
    'io/a.ts',
    `import type { load } from '../settings/load.ts'; export type A = typeof load;`,
    'stands above',
  ],
  [
    'an inline type import upwards',
    'io/a.ts',
    `export type A = import('../settings/load.ts').load;`,
    'stands above',
  ],
  ['a re-export upwards', 'io/a.ts', `export * from '../settings/load.ts';`, 'stands above'],
  ['a named re-export upwards', 'io/a.ts', `export { load } from '../settings/load.ts';`, 'stands above'],
  [
    'a type re-export upwards',
    'model/a.ts',
    `export type { load } from '../settings/load.ts';`,
    'stands above',
  ],
  ['an import of the command line', 'pipeline/a.ts', `import '../cli/main.ts';`, 'stands above'],
  [
    'a sibling',
    'settings/a.ts',
    `import { providers } from '../clusters/registry.ts'; export const a = providers;`,
    'siblings never',
  ],
  ['a folder without a place', 'helpers/a.ts', `import '../model/hash.ts';`, 'no place among the layers'],
  ['a file that does not exist', 'io/a.ts', `import './nowhere.ts';`, 'does not exist'],
  ['a specifier without its ending', 'io/a.ts', `import './http';`, 'does not exist'],
  ['a computed import', 'io/a.ts', `export const a = (name: string) => import(name);`, 'computed'],
  ['a computed require', 'io/a.ts', `export const a = (name: string) => require(name);`, 'computed'],
  // plug-ins
  [
    'a provider known by name',
    'pipeline/a.ts',
    `import { local } from '../clusters/providers/local/provider.ts'; export const a = local;`,
    'only the registry',
  ],
  [
    'a provider known by its engine',
    'clusters/engine.ts',
    `import type { local } from './providers/local/provider.ts'; export type A = typeof local;`,
    'only the registry',
  ],
  [
    'a provider known by another',
    'clusters/providers/other/a.ts',
    `export * from '../local/provider.ts';`,
    'only the registry',
  ],
  // packages
  [
    'a package outside io',
    'settings/a.ts',
    `import axios from 'axios'; export const a = axios;`,
    'package axios',
  ],
  [
    'a type of a package outside io',
    'clusters/a.ts',
    `import type { SimpleGit } from 'simple-git'; export type A = SimpleGit;`,
    'package simple-git',
  ],
  [
    'an inline type of a package',
    'model/a.ts',
    `export type A = import('dockerode').Container;`,
    'package dockerode',
  ],
  ['part of a package', 'pipeline/a.ts', `import 'tar-stream/pack.js';`, 'package tar-stream'],
  [
    'a server outside the archive',
    'cli/a.ts',
    `import { fastify } from 'fastify'; export const a = fastify;`,
    'package fastify',
  ],
  [
    'kernels outside notebooks',
    'clusters/a.ts',
    `import type { Kernel } from '@jupyterlab/services'; export type A = Kernel.IModel;`,
    '@jupyterlab/services',
  ],
  [
    'colours outside the command line',
    'pipeline/a.ts',
    `import colours from 'picocolors'; export const a = colours;`,
    'package picocolors',
  ],
  ['a package that nobody was given', 'io/a.ts', `import 'left-pad';`, 'package left-pad'],
  // the world
  ['printing', 'pipeline/a.ts', `console.error('a');`, 'uses console'],
  ['ending the process', 'io/a.ts', `process.exit(1);`, 'uses process.exit'],
  ['setting the exit code', 'io/a.ts', `process.exitCode = 1;`, 'uses process.exitCode'],
  ['reading the environment', 'io/a.ts', `export const a = process.env.HOME;`, 'uses process.env'],
  ['reading the environment by a string', 'io/a.ts', `export const a = process['env'];`, 'uses process.env'],
  [
    'the process as a module',
    'io/a.ts',
    `import { env } from 'node:process'; export const a = env;`,
    'node:process',
  ],
  ['a clock of its own', 'clusters/a.ts', `export const a = () => Date.now();`, 'uses Date.now'],
  ['a date of its own', 'model/a.ts', `export const a = () => new Date();`, 'uses new Date()'],
  ['chance of its own', 'pipeline/a.ts', `export const a = () => Math.random();`, 'uses Math.random'],
  // pure plans
  [
    'a plan that reaches io',
    'buildpacks/python/plan.ts',
    `import '../../io/http.ts'; export const plan = 1;`,
    'is not pure',
  ],
  [
    'a plan that reaches io lazily',
    'pipeline/plan.ts',
    `export const makePlan = () => import('../settings/load.ts');`,
    'is not pure',
  ],
  [
    'a plan that keeps an empty import',
    'pipeline/plan.ts',
    `import { type Http } from '../io/http.ts'; export const makePlan = (http: Http) => http;`,
    'is not pure',
  ],
  [
    'a plan that reads files',
    'pipeline/plan.ts',
    `import { readFileSync } from 'node:fs'; export const makePlan = readFileSync;`,
    'is not pure',
  ],
  [
    'a plan whose helper reads files',
    'model/hash.ts',
    `import 'node:fs/promises'; export const hash = 1;`,
    'is not pure',
  ],
  // cycles
  [
    'a cycle',
    'model/hash.ts',
    `export { hash } from './ring.ts';`,
    'in a cycle: model/hash.ts → model/ring.ts → model/hash.ts',
  ],
  [
    'a cycle of types',
    'model/hash.ts',
    `export type { hash } from './ring.ts'; export const hash = 1;`,
    'in a cycle',
  ],
  // style and sizes
  ['a name in another case', 'io/someFile.ts', `export const a = 1;`, 'kebab-case'],
  ['a default export', 'io/a.ts', `export default 1;`, 'default export'],
  ['a file that is too long', 'io/a.ts', `let count = 0;\n${statements(300)}`, '301 lines'],
  [
    'a function that is too long',
    'io/a.ts',
    `let count = 0;\nexport const a = () => {\n${statements(39)}};`,
    '41 lines',
  ],
  [
    'a method that is too long',
    'io/a.ts',
    `let count = 0;\nexport class A { a() {\n${statements(39)}} }`,
    '41 lines',
  ],
  [
    'a function that its callback makes too long',
    'io/a.ts',
    `let count = 0;\nexport const a = () => {\n[1].forEach(() => {\n${statements(37)}});\n};`,
    '41 lines',
  ],
  [
    'deep nesting',
    'io/a.ts',
    `export function a(b: number[]) { for (const c of b) { if (c) { while (c) { try { a(b); } finally {} } } } }`,
    'nests 4 deep',
  ],
  [
    'a folder that is too deep',
    'clusters/providers/local/parts/a.ts',
    `export const a = 1;`,
    'deeper than 3 folders',
  ],
];

describe('the rules themselves', () => {
  it('find nothing in a house that keeps them', () => {
    expect(breachesIn({})).toEqual([]);
  });

  it.each(planted)('find %s', (_rule, path, text, said) => {
    const ring = { 'model/ring.ts': `export { hash } from './hash.ts';` };
    const found = breachesIn({ ...(said.includes('cycle') ? ring : {}), [path]: text });
    expect(
      found.filter((line) => line.startsWith(`${path}: `) || said === 'is not pure').join('\n'),
    ).toContain(said);
  });

  it('allow else-if chains, and what stands at its limit', () => {
    const chain = `export function a(b: number) { ${'if (b) { a(b); } else '.repeat(6)}{ a(b); } }`;
    const full = `let count = 0;\nexport const a = () => {\n${statements(38)}};`;
    const maker = `let count = 0;\nexport const a = () => {\nreturn {\nb: () => {\n${statements(30)}},\nc: () => {\n${statements(30)}},\n};\n};`;
    expect(breachesIn({ 'io/a.ts': chain, 'io/b.ts': full, 'io/c.ts': maker })).toEqual([]);
  });
});
