import { join, posix } from 'node:path';
import type { Files } from '../../buildpacks/types.ts';
import { Failure, isFailure } from '../../failure.ts';
import { readIfThere } from '../../io/files.ts';
import type { Snapshot } from '../../model/index.ts';
import { type Notebook, readNotebook } from '../../notebooks/read.ts';

/** What is kept in a detection of one file; requirement lists and descriptors are far smaller. */
const mostTextBytes = 1_000_000;
/** Notebooks hold pictures in their outputs. */
const mostNotebookBytes = 256 * 1024 * 1024;

/** A snapshot whose files can be read; paths are the snapshot's. */
export interface SnapshotFiles {
  readonly snapshot: Snapshot;
  /** The text of a file, 1 MB at most (Failure `file-too-large`); undefined when the snapshot has no such file. */
  text(path: string): Promise<string | undefined>;
  /** The files of one folder, as buildpacks see them. */
  folder(path: string): Files;
  /** Every notebook that can be read; and for those that cannot, why. */
  readonly notebooks: readonly Notebook[];
  readonly unreadable: readonly { readonly path: string; readonly failure: Failure }[];
}

/** Opens a snapshot for detection: reads all its notebooks but those in hidden folders. */
export async function openSnapshot(snapshot: Snapshot, runFolder: string): Promise<SnapshotFiles> {
  const sizes = new Map(snapshot.files.map((file) => [file.path, file.size]));
  const read = async (path: string, most: number): Promise<string | undefined> => {
    const size = sizes.get(path);
    if (size === undefined) return undefined;
    if (size > most) throw tooLarge(path, most);
    return readIfThere(join(runFolder, snapshot.folder, path));
  };
  const text = (path: string) => read(path, mostTextBytes);
  const notebooks: Notebook[] = [];
  const unreadable: { path: string; failure: Failure }[] = [];
  for (const path of [...sizes.keys()].filter(isNotebook)) {
    try {
      notebooks.push(readNotebook((await read(path, mostNotebookBytes)) ?? '', path));
    } catch (error) {
      if (!isFailure(error)) throw error;
      unreadable.push({ path, failure: error });
    }
  }
  const folder = (path: string): Files => ({
    folder: path,
    has: (name) => sizes.has(posix.join(path, name)),
    text: (name) => text(posix.join(path, name)),
  });
  return { snapshot, text, folder, notebooks, unreadable };
}

function isNotebook(path: string): boolean {
  return path.endsWith('.ipynb') && !/(^|\/)\./.test(path);
}

function tooLarge(path: string, most: number): Failure {
  return new Failure('file-too-large', `${path} is too large to be read: more than ${most} bytes.`, {
    hint: path.endsWith('.ipynb') ? 'Clear the outputs of the notebook.' : 'Shorten the file.',
    args: { file: path, bytes: most },
  });
}
