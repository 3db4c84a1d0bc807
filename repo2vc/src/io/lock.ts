import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type LockOwner, parserOf } from '../model/index.ts';
import { codeOf, readIfThere, translateDiskErrors, writeFileAtomic } from './files.ts';

const parseOwner = parserOf<LockOwner>('lock.schema.json');

/** A folder that this process owns until it releases it or ends. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder, or tells who has it. The lock is the file lock.N.json with the highest N; a new owner
 * may add N + 1 once the owner of N has released it or is dead (its pid is gone, or was given to another process, or
 * the computer was restarted). The file is made by link(2), so of two who try, one wins. Nothing is ever renamed or
 * removed, so nobody can take away a lock that was taken a moment ago. On a shared file system an owner on another
 * computer counts as alive; one that cannot be read, as a power cut may leave it, as dead. Failures: those of
 * translateDiskErrors.
 */
export async function takeLock(folder: string): Promise<Lock | { readonly owner: LockOwner }> {
  return translateDiskErrors(folder, () => tryToTake(folder));
}

async function tryToTake(folder: string): Promise<Lock | { readonly owner: LockOwner }> {
  await mkdir(folder, { recursive: true });
  const newest = await newestOf(folder);
  if (newest?.owner && (await isAlive(newest.owner))) return { owner: newest.owner };
  const mine: LockOwner = { ...(await thisProcess()), released: false };
  const path = join(folder, `lock.${(newest?.number ?? 0) + 1}.json`);
  const temporary = join(folder, `.lock-${randomBytes(6).toString('hex')}.tmp`);
  try {
    // its bytes are on the disk before its name is: what has the name of a lock is a whole one
    await writeFile(temporary, JSON.stringify(mine), { flag: 'wx', flush: true });
    await link(temporary, path);
  } catch (error) {
    // ENOENT: whoever won is clearing the folder already.
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
    const winner = await newestOf(folder);
    return winner ? { owner: winner.owner ?? mine } : await tryToTake(folder);
  } finally {
    await rm(temporary, { force: true });
  }
  return { release: () => writeFileAtomic(path, JSON.stringify({ ...mine, released: true })) };
}

/** Who owns the folder now, if anybody living does. */
export async function ownerOf(folder: string): Promise<LockOwner | undefined> {
  const newest = await newestOf(folder);
  return newest?.owner && (await isAlive(newest.owner)) ? newest.owner : undefined;
}

interface Newest {
  readonly number: number;
  /** Undefined when it cannot be read. */
  readonly owner: LockOwner | undefined;
}

async function newestOf(folder: string): Promise<Newest | undefined> {
  const names = await readdir(folder).catch(() => []);
  const numbers = names.flatMap((name) => /^lock\.(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
  if (numbers.length === 0) return undefined;
  const number = Math.max(...numbers);
  const path = join(folder, `lock.${number}.json`);
  const text = await readFile(path, 'utf8');
  try {
    return { number, owner: parseOwner(JSON.parse(text), path) };
  } catch {
    return { number, owner: undefined };
  }
}

async function isAlive(owner: LockOwner): Promise<boolean> {
  if (owner.released) return false;
  const here = await thisProcess();
  if (owner.host !== here.host) return true;
  return owner.boot === here.boot && (await startTimeOf(owner.pid)) === owner.startTime;
}

/**
 * When a process started, in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)); undefined when no such
 * process runs. With the pid it names a process for as long as the computer is up.
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readIfThere(`/proc/${pid}/stat`).catch(() => undefined);
  if (!stat) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

async function thisProcess(): Promise<Omit<LockOwner, 'released'>> {
  const boot = (await readIfThere('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
  return { pid: process.pid, startTime: (await startTimeOf(process.pid)) ?? '', boot, host: hostname() };
}
