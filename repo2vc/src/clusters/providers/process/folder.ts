import { chmod, chown, lstat, mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { plainUser } from '../../../io/bubblewrap.ts';
import { codeOf, removeTree } from '../../../io/files.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';
import { unfinishedFile } from './found.ts';
import { insideNode, replaceInside } from './inside.ts';
import { type NodePlace, names, volatileRoot } from './places.ts';
import { writeLease } from './tag.ts';

/**
 * Makes a node's folder. The tag comes first, so that whatever follows is found and removed by it, even when this is
 * the last thing we do. Nothing here waits for the disk: a node does not outlive a power cut, and a tag that was lost
 * in one is told as unreadable.
 */
export async function makeFolder(
  place: NodePlace,
  tag: ProcessNodeTag,
  expiresAt: string,
  context: Context,
): Promise<void> {
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  await replaceInside(place, names.tag, `${JSON.stringify(tag, undefined, 2)}\n`, context);
  await writeLease(place, expiresAt, context);
  for (const name of [names.jobs, names.etc, names.home, names.temporary]) {
    await makeIfMissing(join(place.folder, name), 0o700);
  }
  context.signal.throwIfAborted();
  await makeVolatile(place);
  context.signal.throwIfAborted();
  if (tag.isolation === 'bubblewrap') await insideNode(place, () => fitForSandbox(place));
}

async function fitForSandbox(place: NodePlace): Promise<void> {
  await writeUsers(place);
  await chmod(join(place.folder, names.temporary), 0o1777);
  if (process.getuid?.() === 0) await chown(join(place.folder, names.home), plainUser, plainUser);
}

/**
 * The folder of secrets and sockets. It vanishes when the computer is restarted, so every start of a node makes it.
 * Only its root is closed: programs on the node, which see what is below it, must not be able to change it.
 */
async function makeVolatile(place: NodePlace): Promise<void> {
  const root = volatileRoot();
  await makeIfMissing(root, 0o700);
  const found = await lstat(root).catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? justRemoved(root) : error;
  });
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new Failure('folder-not-ours', `${root} belongs to somebody else, or others may open it.`, {
      hint: `Secrets of a node would lie there. Look at it, and remove it when it is no longer needed: ls -ld ${root}`,
    });
  }
  // Never recursively: that would make the root again, open, should it be removed at this moment.
  const folders = [join(root, place.cluster), place.volatile];
  for (const folder of [...folders, join(place.volatile, 'secrets'), join(place.volatile, 'sockets')]) {
    await makeIfMissing(folder, 0o755);
  }
}

async function makeIfMissing(folder: string, mode: number): Promise<void> {
  await mkdir(folder, { mode }).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') return;
    throw codeOf(error) === 'ENOENT' ? justRemoved(dirname(folder)) : error;
  });
}

/** The end of one cluster removes what is empty while another one is being made. */
function justRemoved(folder: string): Failure {
  return new Failure('folder-removed', `${folder} has just been removed by somebody else.`, {
    retryable: true,
  });
}

/** Removes what a cluster has on memory-backed storage, and the root of it all when nothing is left there. */
export async function removeVolatile(cluster: string): Promise<void> {
  await removeTree(join(volatileRoot(), cluster));
  await rmdir(volatileRoot()).catch(() => undefined);
}

/** The users that programs inside bubblewrap know: not the host's. */
async function writeUsers(place: NodePlace): Promise<void> {
  const root = process.getuid?.() === 0;
  const uid = root ? plainUser : (process.getuid?.() ?? plainUser);
  const gid = root ? plainUser : (process.getgid?.() ?? plainUser);
  const users = [
    'root:x:0:0:root:/root:/usr/sbin/nologin',
    `jovyan:x:${uid}:${gid}:jovyan:/home/jovyan:/bin/sh`,
    `nobody:x:${plainUser}:${plainUser}:nobody:/nonexistent:/usr/sbin/nologin`,
  ];
  const groups = ['root:x:0:', `jovyan:x:${gid}:`, `nogroup:x:${plainUser}:`];
  await writeFile(join(place.folder, names.etc, 'passwd'), `${users.join('\n')}\n`);
  await writeFile(join(place.folder, names.etc, 'group'), `${groups.join('\n')}\n`);
  await chmod(join(place.folder, names.etc), 0o755);
}

/**
 * Removes a node's folder, its tag last: as long as anything of it is there, it says whose it is. First goes what tells
 * that it ever ran: from then on there is no work on it.
 */
export async function removeNodeFolder(place: NodePlace, context: Context): Promise<void> {
  await rm(join(place.folder, names.supervisor), { force: true });
  const others = (await readdir(place.folder).catch(() => [] as string[])).filter(
    (name) => name !== names.tag,
  );
  await Promise.all(others.map((name) => removeTree(join(place.folder, name))));
  context.signal.throwIfAborted();
  await removeTree(join(place.folder, names.tag));
  await removeEmptyNode(place.folder);
}

/** Removes a node's folder in which nothing is left but what an interrupted write may have left. */
export async function removeEmptyNode(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (unfinishedFile.test(name)) await rm(join(folder, name), { force: true });
  }
  await removeIfEmpty(folder);
}

/** Removes a folder unless something is in it. Gives whether it is gone. */
export async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'ENOTDIR') return false;
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return true;
}
