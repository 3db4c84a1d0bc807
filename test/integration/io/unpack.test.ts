import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { unpackArchive } from '../../../repo2vc/src/io/unpack.ts';
import { testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';

interface Packed {
  readonly name: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly type?: Header['type'];
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(stream)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function tar(entries: readonly Packed[]): Promise<Buffer> {
  const stream = pack();
  for (const { name, content = '', mode = 0o644, type = 'file' } of entries) {
    stream.entry({ name, mode, type, linkname: type === 'file' ? '' : '/etc/passwd' }, Buffer.from(content));
  }
  stream.finalize();
  return bytesOf(stream);
}

/** The library refuses names that lead elsewhere, so one of the same length is put in their place afterwards. */
async function zip(entries: readonly Packed[]): Promise<Buffer> {
  const file = new ZipFile();
  const placeholder = (name: string) => '@'.repeat(Buffer.byteLength(name));
  const refused = (name: string) => /\.\.|\\|^\/|:/.test(name);
  for (const { name, content = '', mode = 0o100644 } of entries) {
    file.addBuffer(Buffer.from(content), refused(name) ? placeholder(name) : name, { mode });
  }
  file.end();
  let bytes = (await bytesOf(file.outputStream)).toString('latin1');
  for (const { name } of entries.filter((entry) => refused(entry.name))) {
    bytes = bytes.replaceAll(placeholder(name), name);
  }
  return Buffer.from(bytes, 'latin1');
}

const makers: Record<string, (entries: readonly Packed[]) => Promise<Buffer>> = {
  'x.zip': zip,
  'x.tar': tar,
  'x.tar.gz': async (entries) => gzipSync(await tar(entries)),
};

function unpacking(name: string, bytes: Buffer, caps = {}) {
  const { folder: root, signal } = testContext();
  writeFileSync(join(root, name), bytes);
  const folder = join(root, 'out');
  return {
    root,
    folder,
    work: () =>
      unpackArchive({
        archive: join(root, name),
        name,
        folder,
        caps: { maxBytes: 1e9, maxFiles: 1000, ...caps },
        signal,
      }),
  };
}

describe.each(Object.keys(makers))('%s', (name) => {
  const make = (entries: readonly Packed[]) => (makers[name] as (typeof makers)[string])(entries);

  it('gives its files, and which of them can be run', async () => {
    const bytes = await make([
      { name: 'a.txt', content: 'a' },
      { name: 'sub/ä.txt', content: 'ä' },
      { name: 'sub/run.sh', content: '#!', mode: 0o100755 },
    ]);
    const { folder, work, root } = unpacking(name, bytes);
    expect(await work()).toMatchObject({ entries: 3, bytes: 5 });
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('a');
    expect(readFileSync(join(folder, 'sub/ä.txt'), 'utf8')).toBe('ä');
    expect(statSync(join(folder, 'sub/run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, 'a.txt')).mode & 0o111).toBe(0);
    expect(readdirSync(root).sort()).toEqual(['out', name]);
  });

  it('is flattened when all is in one folder', async () => {
    const { folder, work } = unpacking(name, await make([{ name: 'top/a' }, { name: 'top/b/c' }]));
    await work();
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });

  it.each([
    ['../evil', 'unsafe-path'],
    ['a/../../evil', 'unsafe-path'],
    ['/tmp/evil', 'unsafe-path'],
    ['a\\..\\evil', 'unsafe-path'],
    ['C:/evil', 'unsafe-path'],
    ['a\nb', 'unsafe-path'],
    [`${'x'.repeat(300)}`, 'unsafe-path'],
  ])('with the name %j is refused and leaves nothing', async (evil, code) => {
    const { root, work } = unpacking(name, await make([{ name: 'good', content: 'x' }, { name: evil }]));
    expect((await failureOf(work)).code).toBe(code);
    expect(readdirSync(root)).toEqual([name]);
  });

  it.each([
    ['the same name twice', ['a', 'a']],
    ['names that differ by case alone', ['Read', 'read']],
    ['a file that is a folder too', ['ab', 'ab/c']],
  ])('with %s is refused', async (_what, names) => {
    const { root, work } = unpacking(name, await make(names.map((one) => ({ name: one }))));
    expect((await failureOf(work)).code).toBe('unsafe-path');
    expect(readdirSync(root)).toEqual([name]);
  });

  it('with too many or too large files is refused', async () => {
    const bytes = await make([
      { name: 'a', content: 'xx' },
      { name: 'b', content: 'yy' },
    ]);
    expect((await failureOf(unpacking(name, bytes, { maxFiles: 1 }).work)).code).toBe('too-many-files');
    const { root, work } = unpacking(name, bytes, { maxBytes: 3 });
    expect((await failureOf(work)).code).toBe('too-large');
    expect(readdirSync(root)).toEqual([name]);
  });

  it('that is damaged is refused', async () => {
    const bytes = await make([{ name: 'a', content: Buffer.alloc(100_000, 'abc') }]);
    const { root, work } = unpacking(name, bytes.subarray(0, Math.floor(bytes.length / 2)));
    expect((await failureOf(work)).code).toBe('archive-unreadable');
    expect(readdirSync(root)).toEqual([name]);
  });

  it('removes what an interrupted attempt left', async () => {
    const { root, folder, work } = unpacking(name, await make([{ name: 'a' }]));
    mkdirSync(join(root, 'out.unpacking'));
    writeFileSync(join(root, 'out.unpacking', 'half'), '');
    await work();
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

describe('a bomb', () => {
  it.each(['x.zip', 'x.tar.gz'])('%s is stopped while it grows', async (name) => {
    const make = makers[name] as (typeof makers)[string];
    const bytes = await make([{ name: 'zeros', content: Buffer.alloc(100_000_000) }]);
    const { root, work } = unpacking(name, bytes);
    expect((await failureOf(work)).code).toBe('archive-bomb');
    expect(readdirSync(root)).toEqual([name]);
  });

  it('that lies about its size is stopped by what is written', async () => {
    const bytes = await zip([{ name: 'zeros', content: Buffer.alloc(1_000_000) }]);
    // The uncompressed size, in the local and the central header, says one byte.
    const lying = Buffer.from(bytes);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(1_000_000);
    for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size, at + 4)) lying.writeUInt32LE(1, at);
    const { root, work } = unpacking('x.zip', lying);
    expect((await failureOf(work)).code).toBe('archive-unreadable');
    expect(readdirSync(root)).toEqual(['x.zip']);
  });
});

describe('links and devices', () => {
  it.each(['symlink', 'link', 'character-device', 'block-device', 'fifo'] as const)(
    'of a tar (%s) are refused',
    async (type) => {
      const { root, work } = unpacking('x.tar', await tar([{ name: 'a' }, { name: 'b', type }]));
      expect((await failureOf(work)).code).toBe('unsafe-link');
      expect(readdirSync(root)).toEqual(['x.tar']);
    },
  );

  it('of a zip are refused', async () => {
    const { root, work } = unpacking(
      'x.zip',
      await zip([{ name: 'b', content: '/etc/passwd', mode: 0o120777 }]),
    );
    expect((await failureOf(work)).code).toBe('unsafe-link');
    expect(existsSync(join(root, 'out'))).toBe(false);
  });
});
