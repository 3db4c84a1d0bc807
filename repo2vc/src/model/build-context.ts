import { posix } from 'node:path';
import type { FileEntry } from '../generated/types.ts';
import { byPath, hashOf } from './content.ts';
import { dockerignore, type IsIgnored } from './dockerignore.ts';

/**
 * Where the files are named that a Dockerfile's context leaves out, the first that is there counts; paths are those of
 * the context. The one beside the Dockerfile is BuildKit's way.
 */
export function ignoreFilesOf(dockerfile: string): readonly string[] {
  return [`${dockerfile}.dockerignore`, '.dockerignore'];
}

/** What a context leaves out, by the text of its ignore file. */
export function ignoredBy(text: string | undefined): IsIgnored {
  return text === undefined ? () => false : dockerignore(text);
}

/** The files below `folder` of a set, by their path in that folder. */
export function filesBelow(files: readonly FileEntry[], folder: string): FileEntry[] {
  if (folder === '.') return [...files];
  const prefix = `${posix.normalize(folder)}/`;
  return files
    .filter((file) => file.path.startsWith(prefix))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }));
}

/**
 * Names the files that a Dockerfile may copy: by path, bytes and whether they can be run, so that none of them changes
 * without another environment. Never by times, owners or the umask.
 */
export function contextIdOf(files: readonly FileEntry[]): string {
  return hashOf(
    [...files]
      .sort(byPath)
      .map((file) => `${file.sha256} ${file.executable ? 'x' : '-'} ${file.size} ${file.path}\n`)
      .join(''),
  );
}
