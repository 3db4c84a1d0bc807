import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { type Entry, openPromise } from 'yauzl';

/** One thing in a zip or tar file. Its content is read before the next is asked for, or passed over. */
export interface ArchiveEntry {
  /** As the archive has it: nothing about it is checked. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly executable: boolean;
  open(): Promise<Readable>;
}

/** Whether a file of this name is an archive that can be read. */
export function isArchive(name: string): boolean {
  return readerOf(name) !== undefined;
}

/** Reads an archive, by its name's ending, entry after entry. What it throws is the libraries' own. */
export function archiveEntries(path: string, name: string): AsyncIterable<ArchiveEntry> {
  const reader = readerOf(name);
  if (!reader) throw new Error(`${name} is no archive`);
  return reader(path);
}

function readerOf(name: string): ((path: string) => AsyncIterable<ArchiveEntry>) | undefined {
  if (/\.zip$/i.test(name)) return zipEntries;
  if (/\.(tar\.gz|tgz)$/i.test(name)) return (path) => tarEntries(path, true);
  return /\.tar$/i.test(name) ? (path) => tarEntries(path, false) : undefined;
}

async function* zipEntries(path: string): AsyncIterable<ArchiveEntry> {
  const zip = await openPromise(path, { strictFileNames: true, validateEntrySizes: true });
  try {
    for await (const entry of zip.eachEntry()) {
      const mode = entry.externalFileAttributes >>> 16;
      yield {
        path: entry.fileName.replace(/\/$/, ''),
        kind: zipKind(entry, mode),
        executable: (mode & 0o100) !== 0,
        open: () => zip.openReadStreamPromise(entry),
      };
    }
  } finally {
    zip.close();
  }
}

/** The file type of Unix, which zips carry in the upper half of the external attributes; 0 where none is given. */
function zipKind(entry: Entry, mode: number): ArchiveEntry['kind'] {
  if (entry.fileName.endsWith('/')) return 'folder';
  const type = mode & 0o170000;
  return type === 0 || type === 0o100000 ? 'file' : 'other';
}

async function* tarEntries(path: string, gzipped: boolean): AsyncIterable<ArchiveEntry> {
  const entries = extract();
  const file = createReadStream(path);
  const feeding = gzipped ? pipeline(file, createGunzip(), entries) : pipeline(file, entries);
  feeding.catch(() => undefined); // it is awaited below, and what it threw comes through the entries too
  try {
    for await (const entry of entries) {
      const { name, type, mode = 0 } = entry.header;
      let opened = false;
      yield {
        path: name.replace(/\/$/, ''),
        kind:
          type === 'directory' ? 'folder' : type === 'file' || type === 'contiguous-file' ? 'file' : 'other',
        executable: (mode & 0o100) !== 0,
        open: async () => {
          opened = true;
          return Readable.from(entry);
        },
      };
      if (!opened) entry.resume();
    }
    await feeding;
  } finally {
    file.destroy();
    entries.destroy();
  }
}
