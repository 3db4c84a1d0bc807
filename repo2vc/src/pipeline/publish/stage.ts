import { mkdir, rm, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Failure } from '../../failure.ts';
import { isArchive } from '../../io/archive-entries.ts';
import { checksumsOfFile } from '../../io/checksums.ts';
import { readIfThere, writeFileAtomic } from '../../io/files.ts';
import { packZip } from '../../io/pack.ts';
import type { DepositRecord } from '../../model/index.ts';
import { citationFile, completedCitation } from '../../provenance/citation.ts';
import { crateFile, roCrate, type UsedEntity } from '../../provenance/ro-crate.ts';
import type { Publisher, Upload } from '../../publishers/types.ts';
import type { StepTools } from '../types.ts';
import type { SourceFolder } from './source.ts';

type Limits = Publisher['limits'];
type RecordFile = DepositRecord['files'][number];

/** What is uploaded for a record, and what of it the page shows first. */
export interface Staged {
  readonly files: RecordFile[];
  readonly uploads: readonly Upload[];
  readonly preview?: string;
}

/** What is staged. `record` has its DOI. */
export interface StageInput {
  readonly source: SourceFolder;
  readonly record: DepositRecord;
  readonly used: readonly UsedEntity[];
  readonly limits: Limits;
}

/**
 * Makes the files of a record as they are uploaded: the staged copies themselves, or one zip of them where an archive
 * of flat, non-empty files cannot hold them; and beside them the crate.
 */
export async function stage(input: StageInput, tools: StepTools): Promise<Staged> {
  const { source, record, used, limits } = input;
  await completeCitation(join(tools.runFolder, source.staged, citationFile), record);
  const zip = needsZip(source, limits) ? await packed(source, tools) : undefined;
  const folder = join(tools.runFolder, zip ? zip.folder : source.staged);
  const keys = zip ? [zip.key] : source.files.map((file) => file.path);
  const files: RecordFile[] = [];
  for (const key of keys) files.push(await fileOf(folder, key));
  const notebook = zip?.key ?? source.notebook;
  const crate = roCrate({ record, files, ...(notebook === undefined ? {} : { notebook }) }, used);
  await writeFileAtomic(join(folder, crateFile), crate);
  const all = [...files, await fileOf(folder, crateFile)];
  return {
    files: all,
    uploads: all.map(({ key, size, md5 }) => ({ key, size, md5, path: join(folder, key) })),
    ...(zip || source.notebook === undefined ? {} : { preview: source.notebook }),
  };
}

async function completeCitation(path: string, record: DepositRecord): Promise<void> {
  const text = await readIfThere(path);
  if (text !== undefined) await writeFileAtomic(path, completedCitation(text, record));
}

/** Refuses what no draft of this archive can hold, before any is made. */
export function checkSize(source: SourceFolder, limits: Limits): void {
  const bytes = source.files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= limits.bytes) return;
  throw new Failure(
    'too-large',
    `${source.name} holds ${bytes} bytes; one record takes at most ${limits.bytes}.`,
    {
      hint: 'Publish the data in parts, each in a folder and a used link of its own.',
      args: { folder: source.folder, bytes, most: limits.bytes },
    },
  );
}

/**
 * Archives keep neither folders nor empty files, and only so many files; the crate is one of them. An only file that is
 * packed already would be taken for the whole record when it is fetched.
 */
function needsZip({ files }: SourceFolder, limits: Limits): boolean {
  const looksPacked = files.length === 1 && files.every(({ path }) => isArchive(path));
  const fits =
    files.length < limits.files && files.every(({ path, size }) => size > 0 && !path.includes('/'));
  return looksPacked || !fits;
}

/** Packs the files in one top folder, which is what fetching leaves out: so a folder of their own below it stays. */
async function packed(source: SourceFolder, tools: StepTools): Promise<{ folder: string; key: string }> {
  const folder = posix.join(posix.dirname(source.staged), 'upload');
  const top = source.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '') || 'files';
  const key = `${top}.zip`;
  const absolute = join(tools.runFolder, folder);
  await rm(absolute, { recursive: true, force: true });
  await mkdir(absolute, { recursive: true });
  const files = source.files.map(({ path }) => ({
    path: posix.join(top, path),
    from: join(tools.runFolder, source.staged, path),
  }));
  await packZip(files, join(absolute, key), tools.signal);
  return { folder, key };
}

async function fileOf(folder: string, key: string): Promise<RecordFile> {
  const path = join(folder, key);
  const { size } = await stat(path);
  // Whichever MD5 is stated, the one that was found is what the archive's answer is compared with.
  const { sha256, found } = (await checksumsOfFile(path, { algorithm: 'md5', value: '' })).digest();
  return { key, size, sha256, md5: found };
}
