import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/context.ts';

const root = join(import.meta.dirname, '..', '..');
const npm = (cwd: string, ...args: string[]) => promisify(execFile)('npm', args, { cwd, maxBuffer: 1e8 });

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the engine as a release would be. */
async function pack(folder: string): Promise<Packed> {
  await npm(root, 'pack', '--workspace', 'repo2vc', '--pack-destination', folder, '--json', '--silent');
  const { stdout } = await npm(
    root,
    'pack',
    '--workspace',
    'repo2vc',
    '--dry-run',
    '--json',
    '--ignore-scripts',
  );
  const [packed] = JSON.parse(stdout) as Packed[];
  if (!packed) throw new Error('npm packed nothing');
  return packed;
}

it('is packed whole, installs in an empty folder, and runs there', async () => {
  const folder = temporaryFolder();
  const { filename, files } = await pack(folder);
  const paths = files.map((file) => file.path);

  expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'ARCHITECTURE.md', 'package.json']));
  expect(paths).toContain('dist/index.js');
  expect(paths.some((path) => path.startsWith('node-side/'))).toBe(true);
  const wanted =
    /^(dist\/.*\.(js|d\.ts)|node-side\/[^_]*|LICENSE|README\.md|ARCHITECTURE\.md|package\.json)$/;
  expect(paths.filter((path) => !wanted.test(path) || /test|tsbuildinfo/.test(path))).toEqual([]);

  const home = join(folder, 'home');
  await promisify(execFile)('mkdir', [home]);
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  await npm(home, 'install', '--no-audit', '--no-fund', join(folder, filename));
  const command = join(home, 'node_modules', '.bin', 'repo2vc');
  const { version } = JSON.parse(readFileSync(join(root, 'repo2vc', 'package.json'), 'utf8')) as {
    version: string;
  };
  expect((await promisify(execFile)(command, ['--version'])).stdout).toBe(`${version}\n`);
  expect((await promisify(execFile)(command, ['--help'])).stdout).toContain('repo2vc reproduce');
});
