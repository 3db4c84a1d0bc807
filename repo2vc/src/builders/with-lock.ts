import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { translateDiskErrors } from '../io/files.ts';
import { takeLock } from '../io/lock.ts';

/** Does `work` while nobody else does anything in the folder; waits for its owner, for as long as it takes. */
export async function withLock<T>(folder: string, context: Context, work: () => Promise<T>): Promise<T> {
  await makeReadable(folder, context);
  let lock = await takeLock(folder);
  if (!('release' in lock)) {
    const { pid, host } = lock.owner;
    const message = `Waiting for process ${pid} on ${host}, which is building the same thing in ${folder}.`;
    context.emit({ code: 'warning', args: { warning: 'waiting-for-builder', message } });
  }
  while (!('release' in lock)) {
    await context.clock.sleep(200, context.signal);
    lock = await takeLock(folder);
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Makes a folder below the cache that other users can reach, whatever our umask is. */
async function makeReadable(folder: string, context: Context): Promise<void> {
  await translateDiskErrors(folder, () => mkdir(folder, { recursive: true }));
  const inside = folder
    .slice(context.places.cache.length)
    .split('/')
    .filter((part) => part !== '');
  const made = [
    context.places.cache,
    ...inside.map((_, index) => join(context.places.cache, ...inside.slice(0, index + 1))),
  ];
  for (const one of made) {
    // a cache that belongs to somebody else is as it is
    await chmod(one, 0o755).catch(() => undefined);
  }
}
