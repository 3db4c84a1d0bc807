import { readFileSync, utimesSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packZip } from '../../../repo2vc/src/io/pack.ts';
import { temporaryFolder } from '../../support/context.ts';
import { writeFiles } from '../../support/publishing.ts';

const { signal } = new AbortController();

it('makes the same bytes of the same files, whatever their times, modes and order', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'a/empty': '', 'a/b.txt': 'text', 'ü.txt': 'x'.repeat(10_000) });
  const files = ['a/empty', 'ü.txt', 'a/b.txt'].map((path) => ({ path, from: join(folder, path) }));
  await packZip(files, join(folder, 'one.zip'), signal);
  utimesSync(join(folder, 'a/b.txt'), 1, 1);
  await chmod(join(folder, 'ü.txt'), 0o755);
  await packZip(files.toReversed(), join(folder, 'two.zip'), signal);
  expect(readFileSync(join(folder, 'one.zip')).equals(readFileSync(join(folder, 'two.zip')))).toBe(true);
});

it('fails when a file is gone', async () => {
  const folder = temporaryFolder();
  const files = [{ path: 'a', from: join(folder, 'missing') }];
  await expect(packZip(files, join(folder, 'one.zip'), signal)).rejects.toThrow('missing');
});
