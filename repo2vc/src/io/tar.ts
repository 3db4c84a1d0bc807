import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { Failure } from '../failure.ts';
import { translateDiskErrors } from './files.ts';
import type { Packed } from './pack.ts';
import { distinctPaths, safeRelativePath } from './paths.ts';

/** A tar stream of files, in the order given; executable ones stay so. It fails when one of them cannot be read. */
export function packTar(files: readonly Packed[]): Readable {
  const tar = pack();
  const output = new PassThrough();
  tar.on('error', (error) => output.destroy(error));
  tar.pipe(output);
  output.once('close', () => tar.destroy());
  const fill = async () => {
    for (const { from, path } of files) {
      const { size, mode, mtime } = await stat(from);
      const entry = tar.entry({ name: path, size, mode: mode & 0o100 ? 0o755 : 0o644, mtime });
      // No more than was announced, should the file be growing.
      const body = size === 0 ? Readable.from([]) : createReadStream(from, { end: size - 1 });
      await pipeline(body, entry);
    }
    tar.finalize();
  };
  fill().catch((error: Error) => output.destroy(error));
  return output;
}

/** What somebody else's tar stream may hold, and how it is called in messages. */
export interface TarCaps {
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly source: string;
}

/**
 * Unpacks the regular files of a tar stream that somebody else made; everything else in it (links, devices) is passed
 * over. A name that leads out of the folder, or more than is allowed, ends it with a Failure; what was written by then
 * stays. Overwrites. Gives the paths of the files.
 */
export async function unpackTar(tar: Readable, folder: string, caps: TarCaps): Promise<string[]> {
  const written: string[] = [];
  const distinct = distinctPaths(caps.source, false);
  let bytes = 0;
  const entries = extract();
  const feeding = pipeline(tar, entries);
  feeding.catch(() => undefined);
  for await (const entry of entries) {
    const { name, type, size = 0, mode = 0 } = entry.header;
    if (type !== 'file') {
      entry.resume();
      continue;
    }
    const path = safeRelativePath(name, caps.source);
    distinct(path);
    bytes += size;
    if (bytes > caps.maxBytes || written.length === caps.maxFiles) throw tooMuch(caps);
    await writeEntry(Readable.from(entry), join(folder, path), mode & 0o100 ? 0o755 : 0o644);
    written.push(path);
  }
  await feeding;
  return written;
}

async function writeEntry(entry: Readable, path: string, mode: number): Promise<void> {
  const temporary = `${path}.part`;
  await translateDiskErrors(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(entry, createWriteStream(temporary, { mode }));
    await rename(temporary, path);
  }).catch(async (error: unknown) => {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  });
}

function tooMuch(caps: TarCaps): Failure {
  const gib = Math.round(caps.maxBytes / 1024 ** 3);
  return new Failure('too-much', `${caps.source} has more than ${caps.maxFiles} files or ${gib} GiB.`, {
    hint: 'Remove there what need not be kept.',
    args: { source: caps.source, maxFiles: caps.maxFiles, maxBytes: caps.maxBytes },
  });
}
