import { readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, join, posix, sep } from 'node:path';
import { Failure } from '../../failure.ts';
import { copyProject, someOf } from '../../io/copy-project.ts';
import { listFiles, readIfThere } from '../../io/files.ts';
import { contentIdOf, type DepositRecord, type FileEntry, type Snapshot } from '../../model/index.ts';
import { type Citation, citationFile, readCitation } from '../../provenance/citation.ts';
import { crateFile } from '../../provenance/ro-crate.ts';
import type { StepTools } from '../types.ts';
import { refuseSecrets } from './secrets.ts';

/** A folder that becomes a record: a copy of its files in the run folder, which nothing else changes. */
export interface SourceFolder {
  readonly role: DepositRecord['role'];
  /** Relative to the published folder; `.` for that folder itself. */
  readonly folder: string;
  /** What its archive file is called, when it needs one. */
  readonly name: string;
  /** The copy, relative to the run folder. */
  readonly staged: string;
  readonly files: readonly FileEntry[];
  readonly citation: Citation;
  /** The one notebook that the record is about, if it is about one. */
  readonly notebook?: string;
}

/** What is copied: the folder, and the folders inside it that are records of their own. */
export interface FolderInput {
  readonly role: DepositRecord['role'];
  readonly root: string;
  readonly folder: string;
  readonly staged: string;
  readonly without: readonly string[];
}

/**
 * Copies a folder into the run folder and checks what lies there. What is no part of a project and an older crate
 * are left out. Failures: `used-missing`, `secret-file`, `record-empty`, `unsafe-link`, `unsafe-path`, `invalid-citation`.
 */
export async function readFolder(input: FolderInput, tools: StepTools): Promise<SourceFolder> {
  const from = await folderInside(input.root, input.folder);
  const staged = posix.join(input.staged, 'content');
  const to = join(tools.runFolder, staged);
  await rm(to, { recursive: true, force: true });
  const source = input.folder === '.' ? 'The folder' : input.folder;
  const missed = await copyProject({
    from,
    to,
    source,
    caps: { maxBytes: Number.POSITIVE_INFINITY, maxFiles: Number.POSITIVE_INFINITY },
    without: [...input.without, crateFile],
    signal: tools.signal,
  });
  if (missed.length > 0) tellMissed(source, missed, tools);
  const files = await listFiles(to);
  if (files.length === 0) throw empty(source);
  refuseSecrets(files, source);
  const text = await readIfThere(join(to, citationFile));
  return {
    role: input.role,
    folder: input.folder,
    name: basename(from),
    staged,
    files,
    citation: text === undefined ? {} : readCitation(text, posix.join(input.folder, citationFile)),
  };
}

/** The staged copy as a snapshot, so that what checks fetched files checks these too. */
export function snapshotOf(source: SourceFolder, tools: StepTools): Snapshot {
  const path = join(tools.runFolder, source.staged);
  return {
    schemaVersion: 1,
    reference: { schemaVersion: 1, kind: 'local', text: source.folder, path },
    folder: source.staged,
    contentId: contentIdOf(source.files),
    files: [...source.files],
    links: [],
  };
}

/** The notebooks at the top of a folder, by name. */
export async function topNotebooks(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder).catch(() => {
    throw new Failure('folder-not-found', `There is no folder ${folder}.`, {
      hint: 'Name the folder that holds the experiment notebook.',
      args: { folder },
    });
  });
  const names = entries.filter((name) => name.endsWith('.ipynb') && !name.startsWith('.')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return new Map(names.map((name, index) => [name, texts[index] ?? '']));
}

async function folderInside(root: string, folder: string): Promise<string> {
  const top = await realpath(root);
  const path = await realpath(join(top, folder)).catch(() => undefined);
  const inside = path === top || path?.startsWith(top + sep);
  if (path !== undefined && inside && (await stat(path)).isDirectory()) return path;
  throw new Failure('used-missing', `A used link names the folder ${folder}, and there is none in ${root}.`, {
    hint: 'Correct the path in the metadata of the notebook: it is relative to the notebook.',
    args: { folder },
  });
}

function tellMissed(source: string, missed: readonly string[], tools: StepTools): void {
  const message = `${source}: hidden and special files are not published: ${someOf(missed)}`;
  tools.emit({ code: 'warning', args: { warning: 'not-published', message } });
}

function empty(source: string): Failure {
  return new Failure('record-empty', `${source} holds no files to publish.`, {
    hint: 'Hidden files are left out.',
    args: { source },
  });
}
