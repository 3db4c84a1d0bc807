import { describe, expect, test } from 'vitest';
import { specifications } from '../../repo2vc/src/buildpacks/registry.ts';
import type { Buildpack, Files, RefusedSpecification } from '../../repo2vc/src/buildpacks/types.ts';
import { canonicalJson, type EnvironmentSpec, parserOf } from '../../repo2vc/src/model/index.ts';
import { filesOf, snapshotIn } from '../support/files.ts';

/** For every entry of the registry: files that it recognises. A new entry without an example fails. */
const examples: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  dockerfile: [{ Dockerfile: 'FROM debian', 'requirements.txt': 'numpy' }],
  julia: [{ 'Project.toml': '' }, { 'JuliaProject.toml': '', 'default.nix': '' }],
  'julia-require': [{ REQUIRE: '' }],
  nix: [{ 'default.nix': '' }],
  r: [
    { 'runtime.txt': 'r-4.4-2025-01-01', Pipfile: '' },
    { 'runtime.txt': 'r-2025-01-01' },
    { DESCRIPTION: '' },
  ],
  conda: [{ 'environment.yml': '', 'requirements.txt': '', Pipfile: '' }, { 'environment.yaml': '' }],
  pipfile: [{ Pipfile: '', 'requirements.txt': '' }, { 'Pipfile.lock': '' }],
  python: [{ 'requirements.txt': 'numpy==2.0\n' }, { 'runtime.txt': 'python-3.12' }],
};

const parseSpec = parserOf<EnvironmentSpec>('environment-spec.schema.json');

/** What the registry says of some files: the name of the entry that takes or refuses them. */
async function firstThatApplies(files: Files): Promise<string | undefined> {
  for (const one of specifications) {
    if ('refuse' in one ? await one.refuse(files) : await one.detect(files)) return one.name;
  }
  return undefined;
}

test('names are unique, and every entry has an example', () => {
  const names = specifications.map((one) => one.name);
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(examples)).toEqual(names);
});

describe.each(specifications.map((one) => [one.name, one] as const))('%s', (name, one) => {
  test.each(examples[name] ?? [])('is the first that applies to %j', async (files) => {
    expect(await firstThatApplies(filesOf(files))).toBe(name);
    expect(await firstThatApplies(filesOf({ 'README.md': '' }))).toBeUndefined();
  });
  test.each(examples[name] ?? [])('says what it makes of %j', async (files) => {
    await ('refuse' in one ? refusesWell(one, files) : plansWell(one, files));
  });
});

async function refusesWell(one: RefusedSpecification, files: Readonly<Record<string, string>>) {
  const refusal = await one.refuse(filesOf(files));
  expect(refusal?.code).toMatch(/^[a-z-]+$/);
  expect(Object.keys(files)).toContain(refusal?.args.file);
  expect(refusal?.message).toContain(String(refusal?.args.file));
  expect(refusal?.hint).toContain('requirements.txt');
}

async function plansWell(one: Buildpack, files: Readonly<Record<string, string>>) {
  const match = await one.detect(filesOf(files));
  const reads = match?.reads ?? [];
  expect(Object.keys(files)).toEqual(expect.arrayContaining([...reads]));
  const snapshot = snapshotIn(files);
  const texts = Object.fromEntries(reads.map((path) => [path, files[path] ?? '']));
  const spec = one.plan(texts, '.', snapshot);
  expect(parseSpec(spec, 'spec')).toBe(spec);
  expect(canonicalJson(one.plan(Object.fromEntries(Object.entries(texts).reverse()), '.', snapshot))).toBe(
    canonicalJson(spec),
  );
}
