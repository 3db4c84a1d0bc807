import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from '../../../repo2vc/src/io/files.ts';
import { temporaryFolder } from '../../support/context.ts';
import { asPlainUser } from '../../support/users.ts';

test('a tree is removed though its folders are closed, and what it links to is not touched', async () => {
  const outside = temporaryFolder();
  const folder = temporaryFolder();
  asPlainUser(folder);
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'a', 'b'), { recursive: true });
  writeFileSync(join(tree, 'a', 'b', 'file'), '');
  symlinkSync(outside, join(tree, 'a', 'link'));
  chmodSync(join(tree, 'a', 'b'), 0);
  chmodSync(join(tree, 'a'), 0o500);
  await removeTree(tree);
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(outside)).toBe(true);
  await removeTree(tree);
});
