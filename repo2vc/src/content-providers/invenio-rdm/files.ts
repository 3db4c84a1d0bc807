import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../failure.ts';
import { checksumsOfFile, statedChecksum } from '../../io/checksums.ts';
import { tooLarge, tooManyFiles } from '../../io/copy-tree.ts';
import { listFiles } from '../../io/files.ts';
import { distinctPaths, safeRelativePath } from '../../io/paths.ts';
import { byPath, type FileEntry, type InvenioRdmReference } from '../../model/index.ts';
import { capsOf } from '../caps.ts';
import type { FetchTools } from '../types.ts';
import { type RecordFile, type RecordView, typedOf, whomToAsk } from './record.ts';

/** Refuses a record that could harm this computer, before anything of it is fetched. */
export function checkFiles(files: readonly RecordFile[], record: RecordView, tools: FetchTools): void {
  const caps = capsOf(tools.settings);
  const check = distinctPaths(record.page, false);
  for (const { key } of files) check(safeRelativePath(key, record.page));
  if (files.length > caps.maxFiles) throw tooManyFiles(record.page, caps);
  if (files.reduce((sum, { size }) => sum + size, 0) > caps.maxBytes) throw tooLarge(record.page, caps);
}

/** What is fetched and where to. */
export interface Incoming {
  readonly record: RecordView;
  readonly reference: InvenioRdmReference;
  readonly files: readonly RecordFile[];
  /** Absolute path of the folder. */
  readonly to: string;
}

/**
 * Fetches the files into the folder, one after the other. Those that an interrupted fetch left there whole are kept;
 * what is there beside them is removed.
 */
export async function fetchFiles(incoming: Incoming, tools: FetchTools): Promise<FileEntry[]> {
  const { files, record, to } = incoming;
  await mkdir(to, { recursive: true });
  await removeOthers(incoming);
  const entries: FileEntry[] = [];
  // Half a file lies outside the folder, under a name that no file of the record can have.
  const parts = `${to}.incoming`;
  for (const [index, file] of files.entries()) {
    const path = safeRelativePath(file.key, record.page);
    const kept = await whole(join(to, path), file);
    const sha256 = kept ?? (await fetchOne(file, join(parts, String(index)), incoming, tools));
    if (kept === undefined) {
      await mkdir(dirname(join(to, path)), { recursive: true });
      await rename(join(parts, String(index)), join(to, path));
    }
    entries.push({ path, size: file.size, sha256 });
    tools.emit({ code: 'file-verified', args: { file: file.key, bytes: file.size, sha256 } });
  }
  await rm(parts, { recursive: true, force: true });
  return entries.sort(byPath);
}

async function removeOthers({ files, record, to }: Incoming): Promise<void> {
  const wanted = new Set(files.map(({ key }) => safeRelativePath(key, record.page)));
  for (const { path } of await listFiles(to)) {
    if (!wanted.has(path)) await rm(join(to, path), { force: true });
  }
}

/** SHA-256 of a file that is there and is the one the record lists. */
async function whole(path: string, file: RecordFile): Promise<string | undefined> {
  const stated = statedChecksum(file.checksum);
  if (!stated) return undefined;
  const sums = await checksumsOfFile(path, stated).catch(() => undefined);
  const { right, sha256 } = sums?.digest() ?? { right: false, sha256: '' };
  return right ? sha256 : undefined;
}

async function fetchOne(
  file: RecordFile,
  path: string,
  { record, reference }: Incoming,
  tools: FetchTools,
): Promise<string> {
  if (!statedChecksum(file.checksum)) {
    throw new Failure(
      'no-checksum',
      `${record.page} does not say what ${file.key} must be: it states no checksum.`,
      {
        hint: 'Such a file cannot be verified, so it is not used.',
        args: { page: record.page, file: file.key },
      },
    );
  }
  const fetched = await tools.http
    .download(
      {
        // Built, not taken from the answer: it stays at the archive's own origin.
        url: `${record.origin}/api/records/${record.id}/files/${encodeURIComponent(file.key)}/content`,
        path,
        name: file.key,
        size: file.size,
        maxBytes: file.size,
        typed: typedOf(reference),
        ...(file.checksum && { checksum: file.checksum }),
      },
      tools,
    )
    .catch((error: unknown) => {
      throw whomToAsk(error, reference, record.creators);
    });
  return fetched.sha256;
}
