import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncFolder, translateDiskErrors, writeFileAtomic } from '../io/files.ts';
import { type ArchiveFile, type ArchiveRecord, canonicalJson, parserOf } from '../model/index.ts';
import { parseJson } from './folder.ts';

const parseRecord = parserOf<ArchiveRecord>('archive.schema.json#/$defs/ArchiveRecord');
const chunkBytes = 1024 * 1024;

/** Bytes that have come and are safe on disk, though no record speaks of them yet. */
export type ReceivedFile = Required<Pick<ArchiveFile, 'fileId' | 'size' | 'md5'>>;

/**
 * All records of an archive: whole in memory, one file each on disk (`records/ID.json`), their bytes beside them
 * (`files/FILEID`). A record changes by the rename of its file and in no other way, and bytes are on disk before any
 * record names them: so whatever moment the computer stops at, every record is as it was or as it was meant to be.
 * Bytes that no record names are removed, when the record changes and when the archive is opened.
 */
export interface Store {
  get(id: string): ArchiveRecord | undefined;
  all(): ArchiveRecord[];
  /** The versions of one parent, oldest first. */
  versions(parentId: string): ArchiveRecord[];
  /** Runs one change after the other: what `work` reads stays so until it has written. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  put(record: ArchiveRecord): Promise<void>;
  remove(id: string): Promise<void>;
  /** Streams bytes to disk; throws `tooLarge` when more than `limit` come, and leaves nothing behind on any error. */
  receive(fileId: string, bytes: Readable, limit: number, tooLarge: () => Error): Promise<ReceivedFile>;
  forget(fileId: string): Promise<void>;
  read(fileId: string, range: { start: number; end: number }): ReadStream;
}

/** Opens the records of the archive in `directory`; the caller owns the folder's lock. */
export async function openStore(directory: string): Promise<Store> {
  const recordsFolder = join(directory, 'records');
  const filesFolder = join(directory, 'files');
  await translateDiskErrors(directory, async () => {
    await mkdir(recordsFolder, { recursive: true });
    await mkdir(filesFolder, { recursive: true });
  });
  const records = await readRecords(recordsFolder);
  await removeUnnamed(filesFolder, namesIn(records.values()));
  const bytes = bytesIn(filesFolder);
  const pathOf = (id: string) => join(recordsFolder, `${id}.json`);
  const dropUnnamed = async (before: ArchiveRecord | undefined) => {
    const kept = namesIn(records.values());
    const dropped = [...namesIn(before ? [before] : [])].filter((fileId) => !kept.has(fileId));
    await Promise.all(dropped.map(bytes.forget));
  };
  return {
    ...bytes,
    get: (id) => records.get(id),
    all: () => [...records.values()],
    versions: (parentId) =>
      [...records.values()]
        .filter((record) => record.parentId === parentId)
        .sort((a, b) => a.index - b.index),
    exclusively: queue(),
    put: async (record) => {
      await writeFileAtomic(pathOf(record.id), canonicalJson(record));
      const before = records.get(record.id);
      records.set(record.id, record);
      await dropUnnamed(before);
    },
    remove: async (id) => {
      const before = records.get(id);
      await rm(pathOf(id), { force: true });
      await syncFolder(recordsFolder);
      records.delete(id);
      await dropUnnamed(before);
    },
  };
}

function queue(): Store['exclusively'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

function bytesIn(folder: string): Pick<Store, 'receive' | 'forget' | 'read'> {
  const pathOf = (fileId: string) => join(folder, fileId);
  const forget = (fileId: string) => rm(pathOf(fileId), { force: true });
  return {
    forget,
    receive: async (fileId, bytes, limit, tooLarge) => {
      try {
        const received = await writeBytes(pathOf(fileId), bytes, limit, tooLarge);
        await syncFolder(folder);
        return { fileId, ...received };
      } catch (error) {
        await forget(fileId);
        throw error;
      }
    },
    read: (fileId, range) => createReadStream(pathOf(fileId), { ...range, highWaterMark: chunkBytes }),
  };
}

async function readRecords(folder: string): Promise<Map<string, ArchiveRecord>> {
  const records = new Map<string, ArchiveRecord>();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith('.tmp')) await rm(path, { force: true });
    if (!name.endsWith('.json')) continue;
    const record = parseRecord(parseJson(await readFile(path, 'utf8'), path), path);
    records.set(record.id, record);
  }
  return records;
}

function namesIn(records: Iterable<ArchiveRecord>): Set<string> {
  const names = new Set<string>();
  for (const record of records) {
    for (const file of [...(record.draft?.files ?? []), ...(record.published?.files ?? [])]) {
      if (file.fileId) names.add(file.fileId);
    }
  }
  return names;
}

async function removeUnnamed(folder: string, named: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!named.has(name)) await rm(join(folder, name), { force: true });
  }
}

async function writeBytes(path: string, bytes: Readable, limit: number, tooLarge: () => Error) {
  const hash = createHash('md5');
  let size = 0;
  const meter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length;
      if (size > limit) return done(tooLarge());
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const file = createWriteStream(path, { flags: 'wx', flush: true, mode: 0o600, highWaterMark: chunkBytes });
  await translateDiskErrors(path, () => pipeline(bytes, meter, file));
  return { size, md5: hash.digest('hex') };
}
