import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, interrupted, isFailure } from '../failure.ts';
import { type ArchiveEntry, archiveEntries } from './archive-entries.ts';
import { type Caps, tooLarge, tooManyFiles } from './copy-tree.ts';
import { codeOf, translateDiskErrors } from './files.ts';
import { distinctPaths, safeRelativePath } from './paths.ts';

/** An archive that a stranger made. */
export interface Unpacking {
  /** Absolute path of the archive. */
  readonly archive: string;
  /** Its published name: the ending says what it is, and messages call it so. */
  readonly name: string;
  /** Absolute path of the folder, which appears only when everything is in it. */
  readonly folder: string;
  readonly caps: Caps;
  readonly signal: AbortSignal;
}

/** An honest archive hardly ever shrinks its files by more than this; below the floor a bomb does no harm. */
const bombRatio = 200;
const bombFloor = 64 * 1024 * 1024;

/**
 * Unpacks a zip, tar or tar.gz that a stranger made. Refused, with nothing left: names that lead elsewhere or fall
 * together (`unsafe-path`), links and devices (`unsafe-link`), more than is allowed (`too-large`, `too-many-files`),
 * bombs (`archive-bomb`), and what cannot be read (`archive-unreadable`). One top folder alone is left out.
 */
export async function unpackArchive(unpacking: Unpacking): Promise<{ entries: number; bytes: number }> {
  const { folder, name } = unpacking;
  const work = `${folder}.unpacking`;
  await rm(work, { recursive: true, force: true });
  try {
    return await translateDiskErrors(work, async () => {
      await mkdir(work, { recursive: true });
      const amount = await unpackInto(work, unpacking);
      await rename(await topOf(work), folder);
      return amount;
    });
  } catch (error) {
    if (isFailure(error)) throw error;
    if (unpacking.signal.aborted) throw interrupted();
    throw readingFailure(error, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpackInto(work: string, { archive, name, caps, signal }: Unpacking) {
  const distinct = distinctPaths(name, true);
  const packed = (await stat(archive)).size;
  let entries = 0;
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > caps.maxBytes) throw tooLarge(name, caps);
    if (bytes > Math.max(bombFloor, packed * bombRatio)) throw bomb(name);
  };
  for await (const entry of archiveEntries(archive, name)) {
    if (signal.aborted) throw interrupted();
    if (++entries > caps.maxFiles) throw tooManyFiles(name, caps);
    if (entry.kind === 'folder' && /^\.?$/.test(entry.path)) continue;
    const path = safeRelativePath(entry.path, name);
    if (entry.kind === 'other') throw link(path, name);
    distinct(path, entry.kind === 'folder');
    if (entry.kind === 'folder') await mkdir(join(work, path), { recursive: true });
    else await write(entry, join(work, path), count, signal);
  }
  return { entries, bytes };
}

async function write(entry: ArchiveEntry, path: string, count: (chunk: Buffer) => void, signal: AbortSignal) {
  await mkdir(dirname(path), { recursive: true });
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        count(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const file = createWriteStream(path, { flags: 'wx', mode: entry.executable ? 0o755 : 0o644 });
  await pipeline(await entry.open(), counting, file, { signal });
}

/** The folder whose content counts: the one top folder, when there is nothing beside it. */
async function topOf(work: string): Promise<string> {
  const names = await readdir(work, { withFileTypes: true });
  const [only] = names;
  return names.length === 1 && only?.isDirectory() ? join(work, only.name) : work;
}

function link(path: string, name: string): Failure {
  return new Failure('unsafe-link', `${name} holds a link or a device: ${path}.`, {
    hint: 'Nothing of it was kept. Tell whoever published it.',
    args: { path, source: name },
  });
}

function bomb(name: string): Failure {
  return new Failure('archive-bomb', `${name} grows by more than ${bombRatio} times when it is unpacked.`, {
    hint: 'Nothing of it was kept. Do not trust whoever published it.',
    args: { source: name },
  });
}

/** yauzl checks names itself, before anybody else sees them. */
function readingFailure(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || /^E[A-Z]+$/.test(codeOf(error) ?? '')) return error;
  if (/^(invalid relative path|invalid characters in fileName|absolute path)/.test(error.message)) {
    return new Failure('unsafe-path', `${name} has a file whose name is not safe: ${error.message}.`, {
      hint: 'Nothing of it was kept. Tell whoever published it.',
      args: { source: name, why: error.message },
    });
  }
  return new Failure('archive-unreadable', `${name} cannot be unpacked: ${error.message}.`, {
    hint: 'It is damaged, encrypted or of a kind that repo2vc does not know.',
    args: { source: name, why: error.message },
  });
}
