import { posix } from 'node:path';
import type { Files } from './types.ts';

/** Whether a folder is a repository's binder folder, where repo2docker heeds no package and no DESCRIPTION. */
export function isBinderFolder(folder: string): boolean {
  return folder === 'binder' || folder === '.binder';
}

/** A file's path in the snapshot, which is how a person is told of it. */
export function pathIn(files: Files, name: string): string {
  return posix.join(files.folder, name);
}
