import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { readIfThere, translateDiskErrors, writeFileAtomic } from '../io/files.ts';
import { type ArchiveIdentity, type ArchiveToken, canonicalJson, hashOf, parserOf } from '../model/index.ts';

const parseIdentity = parserOf<ArchiveIdentity>('archive.schema.json#/$defs/ArchiveIdentity');
const parseToken = parserOf<ArchiveToken>('archive.schema.json#/$defs/ArchiveToken');

/** What a token may allow: to write drafts, and to publish or remove. */
export type Scope = ArchiveToken['scopes'][number];

/** For whom a token is made, and what it allows. */
export interface TokenOptions {
  /** Default: the context's owner. */
  readonly user?: string;
  /** Default: all. */
  readonly scopes?: readonly Scope[];
}

/** Makes the folder when it is missing; refuses one that holds other things than an archive. */
export async function prepareFolder(directory: string): Promise<void> {
  await translateDiskErrors(directory, () => mkdir(directory, { recursive: true, mode: 0o700 }));
  const names = await readdir(directory);
  // What an interrupted first start leaves is a lock and a temporary file.
  const others = names.filter((name) => !/^lock\.\d+\.json$|^\..*\.tmp$/.test(name));
  if (others.length === 0 || names.includes('archive.json')) return;
  throw new Failure('not-an-archive', `${directory} is not empty, and it is not an archive.`, {
    hint: 'Name an empty or a new folder.',
    args: { directory },
  });
}

/** What the archive in a prepared folder is called; a new one is given its name here. The caller owns the lock. */
export async function openFolder(directory: string, context: Context): Promise<ArchiveIdentity> {
  for (const folder of [directory, join(directory, 'tokens')]) await removeTemporary(folder);
  const path = join(directory, 'archive.json');
  const text = await readIfThere(path);
  if (text !== undefined) return parseIdentity(parseJson(text, path), path);
  const identity: ArchiveIdentity = { schemaVersion: 1, archiveId: context.random(8) };
  await saveIdentity(directory, identity);
  return identity;
}

async function removeTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => /^\.[0-9a-f]+\.tmp$/.test(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}

/** Remembers what the archive is called and where it was served last. */
export async function saveIdentity(directory: string, identity: ArchiveIdentity): Promise<void> {
  await writeFileAtomic(join(directory, 'archive.json'), canonicalJson(identity));
}

/**
 * Makes a token for the archive in `directory`, whether it is being served or not, and gives it, this once, in plain
 * text: only its SHA-256 is kept. 50 characters of [a-z0-9] need no slow hash.
 */
export async function createToken(
  directory: string,
  context: Context,
  options: TokenOptions = {},
): Promise<string> {
  const token = context.random(50);
  const entry: ArchiveToken = {
    schemaVersion: 1,
    user: options.user ?? context.owner,
    scopes: [...(options.scopes ?? (['deposit:write', 'deposit:actions'] as const))],
    createdAt: context.clock.now().toISOString(),
  };
  const folder = join(directory, 'tokens');
  await translateDiskErrors(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  await writeFileAtomic(join(folder, `${hashOf(token)}.json`), canonicalJson(entry), 0o600);
  return token;
}

/** Whose token this is and what it allows; undefined when the archive never made it. */
export async function tokenOf(directory: string, token: string): Promise<ArchiveToken | undefined> {
  const path = join(directory, 'tokens', `${hashOf(token)}.json`);
  const text = await readIfThere(path);
  return text === undefined ? undefined : parseToken(parseJson(text, path), path);
}

/** Reads JSON out of one of the archive's own files. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('invalid-file', `${path} is not JSON: it was changed or damaged.`, {
      hint: 'Put it back from a copy of the folder.',
      cause,
    });
  }
}
