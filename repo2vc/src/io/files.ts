import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.ts';
import { byPath, type FileEntry } from '../model/index.ts';
import { checksumsOfFile } from './checksums.ts';

/**
 * Writes a file so that a reader, or a crash, meets the old bytes or the new ones and nothing between: temporary file
 * beside it, fsync, rename, fsync of the folder. Makes missing folders. A full disk is the Failure `disk-full`.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  await translateDiskErrors(path, async () => {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  }).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throw error;
  });
}

/** Makes a rename or a new file in `folder` survive a crash of the computer. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs `work`; a full disk or quota becomes the Failure `disk-full`, a write that is not allowed `not-writable`. */
export async function translateDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskFailure(path, error) ?? error;
  }
}

/** The Failure for a file-system error that a person can mend, if it is one. */
export function diskFailure(path: string, error: unknown): Failure | undefined {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure('disk-full', `The disk is full: ${path} could not be written.`, {
      hint: `Free some space on the disk of ${dirname(path)}, then run the same command again.`,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Failure('not-writable', `${path} may not be written by this user.`, {
      hint: 'Choose another folder, or change its owner.',
      cause: error,
    });
  }
  return undefined;
}

/** The `code` of a system error (ENOENT, …), if `error` is one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Removes a folder whatever its modes are: programs make folders that nobody may write, such as caches of modules. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** What cannot be opened, or is removed by somebody else meanwhile, is for the removal to tell. */
async function openFolders(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isDirectory()) return;
  await chmod(path, 0o700).catch(() => undefined);
  for (const name of await readdir(path).catch(() => [])) await openFolders(join(path, name));
}

/** The text of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A file below a folder, before its bytes were read. */
export type FoundFile = Pick<FileEntry, 'path' | 'size' | 'executable'>;

/**
 * Lists the regular files below `folder`, sorted by path, without reading them. Symbolic links and special files are not
 * followed and not listed.
 */
export async function findFiles(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const walk = async (prefix: string): Promise<void> => {
    for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      if (!entry.isFile()) continue;
      const { size, mode } = await lstat(join(folder, path));
      found.push({ path, size, ...(mode & 0o100 ? { executable: true as const } : {}) });
    }
  };
  await walk('');
  return found.sort(byPath);
}

/** As findFiles, and reads them for their SHA-256. */
export async function listFiles(folder: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (const file of await findFiles(folder)) {
    const sums = await checksumsOfFile(join(folder, file.path));
    entries.push({ ...file, sha256: sums.digest().sha256 });
  }
  return entries;
}
