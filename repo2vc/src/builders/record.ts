import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, writeFileAtomic } from '../io/files.ts';
import { canonicalJson, type Environment, parserOf } from '../model/index.ts';

const parseEnvironment = parserOf<Environment>('environments.schema.json#/$defs/Environment');
const marker = 'complete.json';

/** The environment that was recorded in this folder as whole; undefined when there is none. */
export async function readRecord(folder: string): Promise<Environment | undefined> {
  const path = join(folder, marker);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return parseEnvironment(JSON.parse(text), path);
  } catch {
    // What an older version wrote, or a crash left, is built anew.
    return undefined;
  }
}

/** Says that an environment is whole: the last thing that is written of it. */
export async function writeRecord(folder: string, environment: Environment): Promise<void> {
  await writeFileAtomic(join(folder, 'lock.json'), canonicalJson(environment.lock));
  await writeFileAtomic(join(folder, marker), canonicalJson(environment));
}

/** Says that what is in this folder is not whole: the first thing that is removed of an environment. */
export async function removeRecord(folder: string): Promise<void> {
  await rm(join(folder, marker), { force: true });
}
