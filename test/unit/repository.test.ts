import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const made = ['.git', 'node_modules', 'dist', '.bench', 'package-lock.json'];

/** Every text file of the repository, relative to its top folder. */
function textFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (made.includes(entry.name)) return [];
    if (entry.isDirectory()) return textFiles(path);
    return /\.(ts|m?js|json|py|sh|md|ya?ml|cff|ipynb|txt|html|css)$/.test(entry.name) ? [path] : [];
  });
}

it('has types that were made from the schemas as they are', () => {
  const script = join(root, 'repo2vc', 'scripts', 'generate-types.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('has a lockfile without registry addresses, so that everybody installs through their own', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<
      string,
      { resolved?: string; link?: boolean; integrity?: string; optional?: boolean; os?: string[] }
    >;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path.includes('node_modules/'));
  expect(packages.filter(([, entry]) => entry.resolved !== undefined && !entry.link)).toEqual([]);
  // What is only for other platforms may lack its checksum: not every registry keeps such packages.
  const needed = packages.filter(([, entry]) => !entry.link && !(entry.optional && entry.os));
  expect(needed.filter(([, entry]) => !entry.integrity?.startsWith('sha512-'))).toEqual([]);
});

it('has dependencies of exact versions', () => {
  const manifests = ['package.json', 'repo2vc/package.json'].map(
    (path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, Record<string, string>>,
  );
  const versions = manifests.flatMap((one) =>
    Object.entries({ ...one.dependencies, ...one.devDependencies }),
  );
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

it('says nothing of the computer it was written on', () => {
  const foreign = [root, ['', 'work', 'shared'].join('/'), ['', 'work', 'main'].join('/')];
  const found = textFiles().filter((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return foreign.some((place) => text.includes(place));
  });
  expect(found).toEqual([]);
});
