import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Places } from '../context.ts';
import { readIfThere, writeFileAtomic } from '../io/files.ts';
import { type ArchiveSetting, canonicalJson, type LocalArchive, parserOf } from '../model/index.ts';

const parseEntry = parserOf<LocalArchive>('archive.schema.json#/$defs/LocalArchive');

/**
 * Tells every later command where a local archive is served. The entry stays when the archive is stopped, so that a
 * command that needs it can say how to start it again; entries whose folder is gone are taken out.
 */
export async function registerLocalArchive(
  { places, clock }: { readonly places: Places; readonly clock: Clock },
  archive: Pick<LocalArchive, 'archiveId' | 'origin' | 'doiPrefix' | 'directory'>,
): Promise<void> {
  const { archiveId, origin, doiPrefix, directory } = archive;
  const folder = join(places.state, 'archives');
  for (const { path, entry } of await entriesIn(folder)) {
    if (!existsSync(entry.directory)) await rm(path, { force: true });
  }
  const entry: LocalArchive = {
    schemaVersion: 1,
    archiveId,
    origin,
    doiPrefix,
    directory,
    servedAt: clock.now().toISOString(),
  };
  await writeFileAtomic(join(folder, `${archiveId}.json`), canonicalJson(entry));
}

/**
 * The local archives that were ever served here and still have their folder, the one served last first: it is called
 * `local`, because it is the one that a person has before them; others are `local-<id>`.
 */
export async function localArchives(places: Places): Promise<ArchiveSetting[]> {
  const entries = (await entriesIn(join(places.state, 'archives'))).map(({ entry }) => entry);
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

async function entriesIn(folder: string): Promise<{ path: string; entry: LocalArchive }[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const read = names.map(async (name) => {
    const path = join(folder, name);
    const text = await readIfThere(path);
    return text === undefined ? [] : [{ path, entry: parseEntry(JSON.parse(text), path) }];
  });
  return (await Promise.all(read)).flat();
}
