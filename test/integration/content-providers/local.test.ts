import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { local } from '../../../repo2vc/src/content-providers/local/index.ts';
import type { LocalReference } from '../../../repo2vc/src/model/index.ts';
import { temporaryFolder } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { fetchTools } from '../../support/fetching.ts';

const reference = (path: string, notebook?: string): LocalReference => ({
  schemaVersion: 1,
  kind: 'local',
  text: path,
  path,
  ...(notebook && { notebook }),
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('a folder', () => {
  it('is copied without what tools leave behind', async () => {
    const folder = folderWith({
      'a.ipynb': '{}',
      'sub/data.csv': 'x',
      '.git/config': '',
      'sub/.ipynb_checkpoints/a.ipynb': '',
      '__pycache__/a.pyc': '',
    });
    const tools = fetchTools();
    const snapshot = await local.fetch(reference(folder), 'snapshot', tools);
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a.ipynb', 'sub/data.csv']);
    expect(snapshot).toMatchObject({ folder: 'snapshot', links: [] });
    expect('notebook' in snapshot).toBe(false);
  });

  it('may hold virtual environments, whose links lead out of it', async () => {
    const folder = folderWith({
      'a.ipynb': '{}',
      '.venv/bin/pip': '',
      'sub/venv/x': '',
      'node_modules/x/y': '',
    });
    symlinkSync('/usr/bin/python3', join(folder, '.venv/bin/python'));
    const tools = fetchTools();
    const snapshot = await local.fetch(reference(folder), 'snapshot', tools);
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a.ipynb']);
    expect(tools.events).toEqual([]);
  });

  it('is what would be published: without hidden files, but for .binder', async () => {
    const folder = folderWith({
      'a.ipynb': '{}',
      '.env': 'X=1',
      '.binder/requirements.txt': '',
      'sub/.x/y': '',
    });
    const tools = fetchTools();
    const snapshot = await local.fetch(reference(folder), 'snapshot', tools);
    expect(snapshot.files.map(({ path }) => path)).toEqual(['.binder/requirements.txt', 'a.ipynb']);
    expect(JSON.stringify(tools.events)).toMatch(/file-left-out.*\.env, sub\/\.x/);
  });

  it('is not changed by what happens to the copy', async () => {
    const folder = folderWith({ a: 'original' });
    linkSync(join(folder, 'a'), join(folder, 'b'));
    const tools = fetchTools();
    await local.fetch(reference(folder), 'snapshot', tools);
    writeFileSync(join(tools.runFolder, 'snapshot/a'), 'changed');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('original');
    expect(readFileSync(join(tools.runFolder, 'snapshot/b'), 'utf8')).toBe('original');
  });

  it('replaces what an interrupted copy left', async () => {
    const folder = folderWith({ a: 'x' });
    const tools = fetchTools();
    mkdirSync(join(tools.runFolder, 'snapshot'));
    writeFileSync(join(tools.runFolder, 'snapshot/old'), '');
    await local.fetch(reference(folder), 'snapshot', tools);
    expect(readdirSync(join(tools.runFolder, 'snapshot'))).toEqual(['a']);
  });

  it('may hold links to its own files, and none elsewhere', async () => {
    const folder = folderWith({ 'data/a': 'x' });
    symlinkSync('data/a', join(folder, 'link'));
    const tools = fetchTools();
    await local.fetch(reference(folder), 'snapshot', tools);
    expect(readFileSync(join(tools.runFolder, 'snapshot/link'), 'utf8')).toBe('x');
    symlinkSync('/etc/hostname', join(folder, 'out'));
    expect(await failureOf(() => local.fetch(reference(folder), 'snapshot', tools))).toMatchObject({
      code: 'unsafe-link',
      args: { path: 'out' },
    });
  });

  it('leaves out what is no file, and says so', async () => {
    const folder = folderWith({ a: 'x' });
    const server = createServer().listen(join(folder, 'socket'));
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const tools = fetchTools();
    const snapshot = await local.fetch(reference(folder), 'snapshot', tools);
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a']);
    expect(tools.events).toMatchObject([{ code: 'warning', args: { warning: 'file-left-out' } }]);
  });
});

describe('a notebook', () => {
  it('comes with its folder', async () => {
    const folder = folderWith({ 'a.ipynb': '{}', 'requirements.txt': 'numpy\n' });
    const snapshot = await local.fetch(reference(folder, 'a.ipynb'), 'snapshot', fetchTools());
    expect(snapshot.notebook).toBe('a.ipynb');
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a.ipynb', 'requirements.txt']);
  });
});

describe('a path that cannot be used', () => {
  it('is not there, or not what it was called', async () => {
    const folder = folderWith({ a: 'x' });
    const code = async (path: string, notebook?: string) =>
      (await failureOf(() => local.fetch(reference(path, notebook), 'snapshot', fetchTools()))).code;
    expect(await code(join(folder, 'missing'))).toBe('path-not-found');
    expect(await code(join(folder, 'a'))).toBe('path-not-found');
    expect(await code(folder, 'b.ipynb')).toBe('path-not-found');
    expect(await code(temporaryFolder())).toBe('folder-empty');
    expect(await code('/')).toBe('folder-too-broad');
  });

  it('is the whole home', async () => {
    const folder = folderWith({ 'a.ipynb': '{}' });
    const tools = { ...fetchTools(), environment: { HOME: folder } };
    expect((await failureOf(() => local.fetch(reference(folder, 'a.ipynb'), 'snapshot', tools))).code).toBe(
      'folder-too-broad',
    );
  });

  it('holds more than is allowed', async () => {
    const folder = folderWith({ a: 'xxx', b: 'yyy' });
    const code = async (download: { maxBytes?: number; maxFiles?: number }) =>
      (await failureOf(() => local.fetch(reference(folder), 'snapshot', fetchTools({ download })))).code;
    expect(await code({ maxBytes: 5 })).toBe('too-large');
    expect(await code({ maxFiles: 1 })).toBe('too-many-files');
  });
});
