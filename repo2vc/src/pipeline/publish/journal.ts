import { join } from 'node:path';
import { readIfThere, writeFileAtomic } from '../../io/files.ts';
import { canonicalJson, type Deposit, hashOf, parserOf } from '../../model/index.ts';

const parseDeposit = parserOf<Deposit>('deposit.schema.json');
const name = 'deposit.json';

/** How far the publication of a run has come; undefined before its first draft was thought of. */
export async function loadDeposit(runFolder: string): Promise<Deposit | undefined> {
  const path = join(runFolder, name);
  const text = await readIfThere(path);
  return text === undefined ? undefined : parseDeposit(JSON.parse(text), path);
}

/** Notes how far it has come: before what cannot be repeated, and after every change in the archive. */
export async function saveDeposit(runFolder: string, deposit: Deposit): Promise<void> {
  await writeFileAtomic(join(runFolder, name), canonicalJson(deposit));
}

/**
 * The SHA-256 of everything that becomes public and that a person is shown: `--confirm` takes it. Pure.
 */
export function publicationHash(deposit: Deposit): string {
  const records = deposit.records.map(
    ({ role, doi, title, description, date, creators, licence, files, related }) => ({
      role,
      doi,
      title,
      description,
      date,
      creators,
      licence,
      files: files.map(({ key, size, sha256 }) => ({ key, size, sha256 })),
      related,
    }),
  );
  return hashOf(canonicalJson({ archive: deposit.archive, records }));
}
