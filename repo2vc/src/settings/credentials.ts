import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Places } from '../context.ts';
import { Failure } from '../failure.ts';
import { codeOf, readIfThere, writeFileAtomic } from '../io/files.ts';
import { shellWord } from '../model/shell-word.ts';
import { readYaml } from './settings.ts';

const fileOf = (places: Places): string => join(places.config, 'credentials.yaml');

/**
 * The token that the person saved for an origin (`https://zenodo.org`), if any. A file that others may read is the
 * Failure `credentials-exposed`.
 */
export async function credentialFor(places: Places, origin: string): Promise<string | undefined> {
  return (await readAll(places)).get(new URL(origin).origin);
}

/** What a token is made of; it goes into a header as it is. */
const tokenPattern = /^[\x21-\x7e]+$/;

/**
 * Saves a token for an origin, in a file that only its owner may read; blanks around it are not kept. What is no token
 * is the Failure `invalid-token`, with nothing written.
 */
export async function saveCredential(places: Places, origin: string, token: string): Promise<void> {
  const kept = token.trim();
  if (!tokenPattern.test(kept)) {
    const why =
      kept === '' ? 'No token was given.' : 'A token is one word of plain letters, digits and signs.';
    throw new Failure('invalid-token', `${why} Nothing was saved for ${origin}.`, {
      hint: `Copy it whole, and type it, or: repo2vc login ${origin} < token.txt`,
      args: { origin },
    });
  }
  const all = await readAll(places);
  await writeAll(places, all.set(new URL(origin).origin, kept));
}

/** Forgets the token for an origin; gives whether there was one. */
export async function removeCredential(places: Places, origin: string): Promise<boolean> {
  const all = await readAll(places);
  const there = all.delete(new URL(origin).origin);
  if (there) await writeAll(places, all);
  return there;
}

async function readAll(places: Places): Promise<Map<string, string>> {
  const path = fileOf(places);
  await refuseExposed(path);
  const data = readYaml((await readIfThere(path)) ?? '', path) ?? {};
  const all = new Map<string, string>();
  for (const [origin, token] of Object.entries(data)) {
    if (typeof token !== 'string' || !URL.canParse(origin) || !tokenPattern.test(token)) {
      // The value is not shown: it may be a token that was mistyped.
      throw new Failure(
        'invalid-settings',
        `${path} must hold lines of the form https://archive.example: TOKEN.`,
        { hint: `Correct it, or remove it and type: repo2vc login ARCHIVE`, args: { path } },
      );
    }
    all.set(new URL(origin).origin, token);
  }
  return all;
}

async function refuseExposed(path: string): Promise<void> {
  const mode = await stat(path).then(
    (found) => found.mode,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return 0;
      throw error;
    },
  );
  if ((mode & 0o077) === 0) return;
  throw new Failure(
    'credentials-exposed',
    `${path} can be read by other users of this computer; it was not used.`,
    {
      hint: `Run: chmod 600 ${shellWord(path)}`,
      args: { path },
    },
  );
}

async function writeAll(places: Places, all: Map<string, string>): Promise<void> {
  const path = fileOf(places);
  await writeFileAtomic(path, stringify(Object.fromEntries(all)), 0o600);
  await chmod(path, 0o600);
}
