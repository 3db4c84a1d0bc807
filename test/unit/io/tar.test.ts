import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Header, pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { packTar, unpackTar } from '../../../repo2vc/src/io/tar.ts';
import { temporaryFolder } from '../../support/context.ts';

const caps = { maxBytes: 1000, maxFiles: 3, source: 'the node' };

function tarOf(...entries: [Partial<Header> & { name: string }, string?][]): Readable {
  const tar = pack();
  for (const [header, text = ''] of entries) tar.entry(header, text);
  tar.finalize();
  return Readable.from(tar);
}

it('packs and unpacks files: empty ones, deep ones, and executable ones as they are', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'run.sh'), 'echo hello\n');
  chmodSync(join(folder, 'run.sh'), 0o700);
  const files = [
    { from: join(folder, 'empty'), path: 'a/empty' },
    { from: join(folder, 'run.sh'), path: 'a/b/ü run.sh' },
  ];
  expect(await unpackTar(packTar(files), join(folder, 'out'), caps)).toEqual(['a/empty', 'a/b/ü run.sh']);
  expect(readFileSync(join(folder, 'out/a/b/ü run.sh'), 'utf8')).toBe('echo hello\n');
  expect(statSync(join(folder, 'out/a/b/ü run.sh')).mode & 0o777).toBe(0o755);
  expect(statSync(join(folder, 'out/a/empty')).size).toBe(0);
});

it('fails when a file to pack is not there', async () => {
  const folder = temporaryFolder();
  const tar = packTar([{ from: join(folder, 'gone'), path: 'gone' }]);
  await expect(unpackTar(tar, join(folder, 'out'), caps)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('writes nothing but regular files', async () => {
  const folder = temporaryFolder();
  const tar = tarOf(
    [{ name: 'link', type: 'symlink', linkname: '/etc/passwd' }],
    [{ name: 'hard', type: 'link', linkname: '/etc/passwd' }],
    [{ name: 'device', type: 'character-device' }],
    [{ name: 'pipe', type: 'fifo' }],
    [{ name: 'file' }, 'x'],
  );
  expect(await unpackTar(tar, folder, caps)).toEqual(['file']);
  expect(readdirSync(folder)).toEqual(['file']);
});

it.each(['../out', '/abs', 'a/../../b', 'a\\b', 'a\nb'])('refuses the name %j', async (name) => {
  const folder = temporaryFolder();
  await expect(unpackTar(tarOf([{ name }, 'x']), join(folder, 'in'), caps)).rejects.toMatchObject({
    code: 'unsafe-path',
  });
  expect(existsSync(join(folder, 'in'))).toBe(false);
});

it('refuses more bytes or more files than are allowed, and a stream that was cut', async () => {
  const folder = temporaryFolder();
  const tooBig = tarOf([{ name: 'a' }, 'x'.repeat(1001)]);
  await expect(unpackTar(tooBig, folder, caps)).rejects.toMatchObject({ code: 'too-much' });
  const tooMany = tarOf(...['a', 'b', 'c', 'd'].map((name) => [{ name }, 'x'] as [{ name: string }, string]));
  await expect(unpackTar(tooMany, folder, caps)).rejects.toMatchObject({ code: 'too-much' });
  const whole = Buffer.concat(await tarOf([{ name: 'a' }, 'x'.repeat(900)]).toArray());
  await expect(unpackTar(Readable.from([whole.subarray(0, 700)]), folder, caps)).rejects.toThrow();
});
