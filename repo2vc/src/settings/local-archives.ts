import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Places } from '../context.ts';
import { readIfThere, writeFileAtomic } from '../io/files.ts';
import { type ArchiveSetting, canonicalJson, type LocalArchive, parserOf } from '../model/index.ts';

const parseEntry = parserOf<LocalArchive>('archive.schema.json#/$defs/LocalArchive');

/**
 * Tells every later command where a local archive is served. The entry stays when the archive is stopped, so that a
 * command that needs it can say how to start it again.
 */
export async function registerLocalArchive(
  { places, clock }: { readonly places: Places; readonly clock: Clock },
  archive: Pick<LocalArchive, 'archiveId' | 'origin' | 'doiPrefix' | 'directory'>,
): Promise<void> {
  const { archiveId, origin, doiPrefix, directory } = archive;
  const path = join(places.state, 'archives', `${archiveId}.json`);
  const entry: LocalArchive = {
    schemaVersion: 1,
    archiveId,
    origin,
    doiPrefix,
    directory,
    servedAt: clock.now().toISOString(),
  };
  await writeFileAtomic(path, canonicalJson(entry));
}

/**
 * The local archives that were ever served here and still have their folder, the one served last first: it is called
 * `local`, because it is the one that a person has before them; others are `local-<id>`.
 */
export async function localArchives(places: Places): Promise<ArchiveSetting[]> {
  const folder = join(places.state, 'archives');
  const names = await readdir(folder).catch(() => []);
  const read = names.filter((name) => name.endsWith('.json')).map((name) => readEntry(join(folder, name)));
  const entries = (await Promise.all(read)).filter((entry) => entry !== undefined);
  const key = (entry: LocalArchive) => `${entry.servedAt} ${entry.archiveId}`;
  return entries
    .filter((entry) => existsSync(entry.directory))
    .sort((a, b) => (key(a) < key(b) ? 1 : -1))
    .map(({ archiveId, origin, doiPrefix, directory }, index) => ({
      name: index === 0 ? 'local' : `local-${archiveId}`,
      origin,
      doiPrefixes: [doiPrefix],
      directory,
    }));
}

async function readEntry(path: string): Promise<LocalArchive | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : parseEntry(JSON.parse(text), path);
}
