import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { Failure, isFailure } from '../../failure.ts';
import type { FileEntry } from '../../model/index.ts';
import { type FoundFile, findFiles } from '../files.ts';
import { safeRelativePath } from '../paths.ts';

/** A build context as it is sent: files below a folder, and texts of ours beside them. */
export interface BuildContext {
  /** Absolute. */
  readonly folder: string;
  readonly files: readonly FoundFile[];
  readonly texts: Readonly<Record<string, string>>;
  /** Told of every file of the folder as it was sent, before the end is; throws when the context must not be built. */
  readonly check: (sent: readonly FileEntry[]) => void;
}

/** After 1980, so that what is made of the files can be zipped; the same everywhere, so that caches of layers hold. */
const oneTime = new Date('1980-01-02T00:00:00Z');

/**
 * Lists what of a folder a context may hold, without reading it. Links, sockets and devices are no part of a snapshot, so
 * none of a context. Failure `unsafe-path` for a name that no snapshot holds.
 */
export async function filesOfContext(folder: string): Promise<FoundFile[]> {
  const found = await findFiles(folder);
  for (const { path } of found) safeRelativePath(path, folder);
  return found;
}

/**
 * The tar stream of a context, whose bytes depend on paths, contents and executable bits alone: sorted, one time, root's.
 * It is made as it is read, and fails when a file cannot be read whole.
 */
export function packContext(context: BuildContext): Readable {
  const tar = pack();
  const output = new PassThrough();
  // What fails is told by whoever fills it.
  tar.on('error', () => undefined);
  tar.pipe(output);
  output.once('close', () => tar.destroy());
  // It may fail before anybody reads it, who is told then.
  output.on('error', () => undefined);
  fill(tar, context).then(
    () => tar.finalize(),
    (error: unknown) => output.destroy(isFailure(error) ? error : unreadable(context.folder, error)),
  );
  return output;
}

async function fill(tar: Pack, { folder, files, texts, check }: BuildContext): Promise<void> {
  const own = new Set(Object.keys(texts));
  const sent: FileEntry[] = [];
  for (const path of foldersOf([...files.map((file) => file.path), ...own])) {
    tar.entry({ name: `${path}/`, type: 'directory', mode: 0o755, mtime: oneTime });
  }
  for (const file of files) {
    const sha256 = own.has(file.path) ? await digest(folder, file) : await send(tar, folder, file);
    sent.push({ ...file, sha256 });
  }
  check(sent);
  for (const [name, text] of Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    tar.entry({ name, mode: 0o644, mtime: oneTime }, text);
  }
}

/** A file that became shorter, or went, while it was being sent. */
function unreadable(folder: string, cause?: unknown): Failure {
  return new Failure(
    'context-unreadable',
    `The files in ${folder} could not be read whole while they were sent.`,
    {
      hint: 'Something else changes them. Run the same command again.',
      retryable: true,
      args: { folder },
      cause,
    },
  );
}

/** The folders of some paths, each before what lies in it. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    for (const [index] of parts.entries()) folders.add(parts.slice(0, index + 1).join('/'));
  }
  return [...folders].sort();
}

/** Sends a file, and gives its SHA-256. */
async function send(tar: Pack, folder: string, file: FoundFile): Promise<string> {
  const { path, size, executable } = file;
  const bytes = await bytesOf(folder, file);
  const hash = createHash('sha256');
  const entry = tar.entry({ name: path, size, mode: executable ? 0o755 : 0o644, mtime: oneTime });
  let left = size;
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      left -= chunk.length;
      done(null, chunk);
    },
    flush: (done) => done(left === 0 ? null : unreadable(folder)),
  });
  await pipeline(bytes, hashed, entry);
  return hash.digest('hex');
}

/** The SHA-256 of a file that is not sent, because a text of ours is, in its place. */
async function digest(folder: string, file: FoundFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await bytesOf(folder, file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** No more than was found, should the file be growing; never what a link leads to. */
async function bytesOf(folder: string, { path, size }: FoundFile): Promise<Readable> {
  const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  if (size > 0) return file.createReadStream({ end: size - 1 });
  await file.close();
  return new PassThrough().end();
}
