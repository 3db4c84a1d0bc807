import type { Places } from '../context.ts';
import type { ArchiveSetting } from '../model/index.ts';
import { localArchives } from '../settings/local-archives.ts';
import { archiveFor, loadSettings } from '../settings/settings.ts';

/** The archive that a person means by its name or address; an address need not be known beforehand. */
export async function archiveNamed(places: Places, nameOrOrigin: string): Promise<ArchiveSetting> {
  return archiveFor(await loadSettings(places, await localArchives(places)), nameOrOrigin);
}
