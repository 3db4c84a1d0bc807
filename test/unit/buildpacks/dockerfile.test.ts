import { describe, expect, test } from 'vitest';
import { dockerfile } from '../../../repo2vc/src/buildpacks/dockerfile/dockerfile.ts';
import { failureOf } from '../../support/failures.ts';
import { filesOf, snapshotIn } from '../../support/files.ts';

type FileTexts = Readonly<Record<string, string>>;

/** What the buildpack makes of a repository, read as detection reads it. */
async function planned(files: FileTexts, folder = '.', executable: readonly string[] = []) {
  const view = filesOf(files, folder);
  const match = await dockerfile.detect(view);
  const reads = (match?.reads ?? []).map((path) => (folder === '.' ? path : normal(`${folder}/${path}`)));
  const texts = Object.fromEntries(reads.map((path) => [path, files[path] ?? '']));
  const spec = dockerfile.plan(texts, folder, snapshotIn(files, executable));
  if (spec.kind !== 'dockerfile') throw new Error('not a Dockerfile');
  return { spec, reads };
}

const normal = (path: string) => path.replace(/[^/]+\/\.\.\//, '');
const repository = { Dockerfile: 'FROM a\n', 'a.txt': 'a', 'b/c.txt': 'c' };
const idOf = async (files: FileTexts, folder?: string, executable?: readonly string[]) =>
  (await planned(files, folder, executable)).spec.context.contentId;

describe('a Dockerfile', () => {
  test('of the root, or of a binder folder, copies from the root; of another folder, from there', async () => {
    expect((await planned(repository)).spec).toMatchObject({
      file: 'Dockerfile',
      context: { folder: 'snapshot' },
    });
    const inBinder = { 'binder/Dockerfile': 'FROM a\n', 'a.txt': 'a' };
    expect((await planned(inBinder, 'binder')).spec).toMatchObject({
      ...{ kind: 'dockerfile', file: 'binder/Dockerfile', text: 'FROM a\n' },
      context: { folder: 'snapshot' },
    });
    const inEnvironment = { 'et/env/Dockerfile': 'FROM a\n', 'et/a.txt': 'a' };
    const { spec } = await planned(inEnvironment, 'et/env');
    expect(spec).toMatchObject({ file: 'Dockerfile', context: { folder: 'snapshot/et/env' } });
    expect(spec.context.contentId).toBe(await idOf({ Dockerfile: 'FROM a\n' }));
  });

  test('is another environment when a file of its context is another', async () => {
    const id = await idOf(repository);
    expect(await idOf({ ...repository })).toBe(id);
    expect(await idOf({ ...repository, 'a.txt': 'A' })).not.toBe(id);
    expect(await idOf({ ...repository, 'more.txt': '' })).not.toBe(id);
    expect(await idOf(repository, '.', ['a.txt'])).not.toBe(id);
  });

  test('leaves out what .dockerignore says, by BuildKit the one beside it', async () => {
    const ignoring = { ...repository, '.dockerignore': 'b\n.dockerignore' };
    const { spec, reads } = await planned(ignoring);
    expect(reads).toEqual(['Dockerfile', '.dockerignore']);
    expect(spec.context.contentId).toBe(await idOf({ Dockerfile: 'FROM a\n', 'a.txt': 'a' }));
    const beside = {
      ...{ 'binder/Dockerfile': 'FROM a\n', 'a.txt': 'a', 'b.txt': 'b', '.dockerignore': 'a.txt' },
      'binder/Dockerfile.dockerignore': 'b.txt',
    };
    const both = await planned(beside, 'binder');
    expect(both.reads).toEqual(['binder/Dockerfile', 'binder/Dockerfile.dockerignore']);
    const { 'b.txt': _, ...rest } = beside;
    expect(both.spec.context.contentId).toBe(await idOf(rest, 'binder'));
  });

  test('that names no image is refused when it is planned', async () => {
    const failure = await failureOf(() => planned({ 'binder/Dockerfile': 'RUN x\n' }, 'binder'));
    expect(failure).toMatchObject({ code: 'invalid-dockerfile' });
    expect(failure.message).toContain('binder/Dockerfile, line 1');
  });
});
