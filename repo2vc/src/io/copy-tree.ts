import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Failure, interrupted } from '../failure.ts';
import { distinctPaths, safeRelativePath } from './paths.ts';

/** How much may be fetched for one reference. */
export interface Caps {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** What is copied. */
export interface CopyTree {
  readonly from: string;
  readonly to: string;
  /** As messages call the tree. */
  readonly source: string;
  readonly caps: Caps;
  /** Leaves a file or folder out, by its relative path. */
  readonly skip: (path: string) => boolean;
  /** Told of what is neither file nor folder nor link; it is left out. */
  readonly skipped: (path: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies a folder's files, so that nothing done to the copy reaches the original. A symbolic link to a file inside the
 * folder becomes that file; any other is refused (`unsafe-link`), because where it leads is not part of the folder.
 */
export async function copyTree(tree: CopyTree): Promise<void> {
  const root = await realpath(tree.from);
  const check = distinctPaths(tree.source, false);
  const left = { bytes: tree.caps.maxBytes, files: tree.caps.maxFiles };
  const walk = async (prefix: string): Promise<void> => {
    await mkdir(join(tree.to, prefix), { recursive: true });
    for (const entry of await readdir(join(root, prefix), { withFileTypes: true })) {
      if (tree.signal.aborted) throw interrupted();
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (tree.skip(path)) continue;
      safeRelativePath(path, tree.source);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        check(path);
        await copyOne(
          entry.isSymbolicLink() ? await target(root, path, tree) : join(root, path),
          path,
          tree,
          left,
        );
      } else tree.skipped(path);
    }
  };
  await walk('');
}

async function target(root: string, path: string, tree: CopyTree): Promise<string> {
  const real = await realpath(join(root, path)).catch(() => undefined);
  if (real?.startsWith(root + sep) && !leftOut(relative(root, real), tree) && (await stat(real)).isFile())
    return real;
  throw new Failure('unsafe-link', `${path} in ${tree.source} is a symbolic link to no file inside it.`, {
    hint: 'Put the file itself in its place.',
    args: { path, source: tree.source },
  });
}

/** Whether a path lies in what is left out, so that a link is no way to it. */
function leftOut(path: string, tree: CopyTree): boolean {
  const parts = path.split(sep);
  return parts.some((_part, index) => tree.skip(parts.slice(0, index + 1).join('/')));
}

async function copyOne(
  from: string,
  path: string,
  tree: CopyTree,
  left: { bytes: number; files: number },
): Promise<void> {
  left.bytes -= (await stat(from)).size;
  left.files -= 1;
  if (left.files < 0) throw tooManyFiles(tree.source, tree.caps);
  if (left.bytes < 0) throw tooLarge(tree.source, tree.caps);
  const to = join(tree.to, path);
  await mkdir(dirname(to), { recursive: true });
  // A clone where the file system can make one: it shares blocks, never later changes.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

/** The Failure for more bytes than the settings allow. */
export function tooLarge(source: string, caps: Caps): Failure {
  return new Failure('too-large', `${source} holds more than the ${caps.maxBytes} bytes allowed.`, {
    hint: 'Raise download.maxBytes in settings.yaml if you want it all the same.',
    args: { source, maxBytes: caps.maxBytes },
  });
}

/** The Failure for more files than the settings allow. */
export function tooManyFiles(source: string, caps: Caps): Failure {
  return new Failure('too-many-files', `${source} holds more than the ${caps.maxFiles} files allowed.`, {
    hint: 'Raise download.maxFiles in settings.yaml if you want it all the same.',
    args: { source, maxFiles: caps.maxFiles },
  });
}
