import { constants } from 'node:fs';
import { access, chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { codeOf, removeTree } from '../../io/files.ts';
import type { PrefixEnvironment } from '../../model/index.ts';
import { readRecord, removeRecord } from '../record.ts';

/** Where the environment with this id lies, its locks and its half-built forerunners. */
export function folderOf(id: string, context: Context): string {
  return join(context.places.cache, 'prefixes', id);
}

/** The environment in this folder, if it is there whole and its interpreter still is. */
export async function completeIn(folder: string, id: string): Promise<PrefixEnvironment | undefined> {
  try {
    const environment = await readRecord(folder);
    if (environment?.builder !== 'prefix' || environment.id !== id) return undefined;
    if (!environment.prefix.startsWith(`${folder}/`)) return undefined;
    await access(join(environment.prefix, 'bin', 'python'), constants.X_OK);
    return environment;
  } catch (error) {
    if (codeOf(error) === 'EACCES') throw closed(folder, error);
    return undefined;
  }
}

function closed(folder: string, cause: unknown): Failure {
  return new Failure(
    'cache-closed',
    `${folder}, or the Python that it is for, may not be read by this user.`,
    {
      hint: 'Let everyone read it (chmod -R a+rX), or set XDG_CACHE_HOME to a folder of your own.',
      args: { folder },
      cause,
    },
  );
}

/** Removes what an interrupted build left. Only for the owner of the folder's lock. */
export async function clear(folder: string): Promise<void> {
  await removeRecord(folder);
  for (const name of await readdir(folder)) {
    if (!/^lock\.\d+\.json$/.test(name)) await removeTree(join(folder, name));
  }
}

/**
 * Lets every user read what lies below `folder`, and nobody but us write it: what root built as nobody becomes root's
 * again. No programs that could change it meanwhile may be alive.
 */
export async function letAllRead(path: string): Promise<void> {
  const found = await lstat(path);
  if (process.getuid?.() === 0 && found.uid !== 0) await lchown(path, 0, 0);
  if (!found.isDirectory() && !found.isFile()) return;
  const wanted = found.isDirectory() || found.mode & 0o111 ? 0o755 : 0o644;
  // also the bits that would let others run a file with our rights
  if ((found.mode & 0o7777) !== wanted) await chmod(path, wanted);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await letAllRead(join(path, name));
}
