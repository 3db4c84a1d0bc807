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
  const before = await readEntry(path);
  const now = clock.now().toISOString();
  const entry: LocalArchive = {
    schemaVersion: 1,
    archiveId,
    origin,
    doiPrefix,
    directory,
    firstServedAt: before?.firstServedAt ?? now,
    servedAt: now,
  };
  await writeFileAtomic(path, canonicalJson(entry));
}

/**
 * The local archives that were ever served here, the one served last first: so of several that had one origin at
 * different times, the first is the one that has it now. The oldest is called `local`, others `local-<id>`.
 */
export async function localArchives(places: Places): Promise<ArchiveSetting[]> {
  const folder = join(places.state, 'archives');
  const names = await readdir(folder).catch(() => []);
  const read = names.filter((name) => name.endsWith('.json')).map((name) => readEntry(join(folder, name)));
  const entries = (await Promise.all(read)).filter((entry) => entry !== undefined);
  const oldest = sorted(entries, 'firstServedAt')[0];
  return sorted(entries, 'servedAt')
    .reverse()
    .map((entry) => ({
      name: entry === oldest ? 'local' : `local-${entry.archiveId}`,
      origin: entry.origin,
      doiPrefixes: [entry.doiPrefix],
      directory: entry.directory,
    }));
}

function sorted(entries: readonly LocalArchive[], by: 'firstServedAt' | 'servedAt'): LocalArchive[] {
  const key = (entry: LocalArchive) => `${entry[by]} ${entry.archiveId}`;
  return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function readEntry(path: string): Promise<LocalArchive | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : parseEntry(JSON.parse(text), path);
}
