import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Failure } from '../../../repo2vc/src/failure.ts';
import { filesOfContext, packContext } from '../../../repo2vc/src/io/docker/context.ts';
import { contextIdOf, hashOf } from '../../../repo2vc/src/model/index.ts';
import { temporaryFolder } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';

/** A folder with three files, one of them a program, made under a umask. */
function folderUnder(umask: number): string {
  const before = process.umask(umask);
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'b', 'c'), { recursive: true });
  for (const path of ['b/c/x', 'a', 'run']) writeFileSync(join(folder, path), path);
  chmodSync(join(folder, 'run'), 0o744);
  process.umask(before);
  return folder;
}

async function packed(
  folder: string,
  texts = {},
  check: Parameters<typeof packContext>[0]['check'] = () => undefined,
) {
  const chunks: Buffer[] = [];
  const stream = packContext({ folder, files: await filesOfContext(folder), texts, check });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('a context is the same bytes whatever the times and the umask', async () => {
  const first = await packed(folderUnder(0o022));
  expect(hashOf(await packed(folderUnder(0o077)))).toBe(hashOf(first));
  const text = first.toString('latin1');
  for (const name of ['b/', 'b/c/', 'b/c/x', 'a', 'run']) expect(text).toContain(`${name}\0`);
});

test('what was sent is told before the end, and may stop it', async () => {
  const folder = folderUnder(0o022);
  let id = '';
  await packed(folder, { more: 'text' }, (sent) => {
    id = contextIdOf(sent);
  });
  const entry = (path: string) => ({ path, size: path.length, sha256: hashOf(path) });
  expect(id).toBe(contextIdOf([entry('a'), entry('b/c/x'), { ...entry('run'), executable: true }]));
  const stop = () => {
    throw new Failure('stop', 'Stop.');
  };
  expect(await failureOf(() => packed(folder, {}, stop))).toMatchObject({ code: 'stop' });
});

test('files that shrink or go meanwhile are told', async () => {
  const folder = folderUnder(0o022);
  const files = [{ path: 'a', size: 100 }];
  for (const these of [files, [{ path: 'nothing', size: 1 }]]) {
    const stream = packContext({ folder, files: these, texts: {}, check: () => undefined });
    const failure = await failureOf(async () => {
      for await (const chunk of stream) void chunk;
    });
    expect(failure).toMatchObject({ code: 'context-unreadable', retryable: true });
  }
});
