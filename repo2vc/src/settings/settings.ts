import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Places } from '../context.ts';
import { Failure } from '../failure.ts';
import { isLoopback } from '../io/addresses.ts';
import { readIfThere } from '../io/files.ts';
import { type ArchiveSetting, nearest, parserOf, type Settings } from '../model/index.ts';

const parseSettings = parserOf<Settings>('settings.schema.json', 'invalid-settings');

/** The archives that everybody knows. */
const builtIn: readonly ArchiveSetting[] = [
  { name: 'zenodo', origin: 'https://zenodo.org' },
  { name: 'zenodo-sandbox', origin: 'https://sandbox.zenodo.org' },
];

/**
 * Reads settings.yaml, once per command. Its archives come first, then the local ones of this computer (`local`), then
 * the built-in ones; of several with one name or origin the first counts. The Failure `invalid-settings` names what is
 * wrong in the file.
 */
export async function loadSettings(
  places: Places,
  local: readonly ArchiveSetting[] = [],
): Promise<Settings & { readonly archives: ArchiveSetting[] }> {
  const path = join(places.config, 'settings.yaml');
  const settings = parseSettings(readYaml((await readIfThere(path)) ?? '', path) ?? {}, path);
  const archives: ArchiveSetting[] = [];
  for (const archive of [...(settings.archives ?? []), ...local, ...builtIn]) {
    const normal = { ...archive, origin: new URL(archive.origin).origin };
    const known = archives.find(({ name, origin }) => name === normal.name || origin === normal.origin);
    // A local archive that lost its port to another one is still the one that knows its DOIs.
    const displaced =
      known?.directory !== undefined && archive.directory !== undefined && known.name !== archive.name;
    if (!known || displaced) archives.push(normal);
  }
  return { ...settings, archives };
}

/** Reads a YAML file of ours; the Failure `invalid-settings` has the line where it cannot be read. */
export function readYaml(text: string, path: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  try {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Failure('invalid-settings', `${path} is not valid YAML: ${why}`, {
      hint: 'Correct that line; aliases (*name) are not followed.',
      args: { path },
    });
  }
}

/**
 * The archive that a person means by its name or address. An address need not be known beforehand, but a token is sent
 * there, so it begins with https:// anywhere but on this computer. Failure `unknown-archive`, with the nearest name.
 */
export function archiveFor(settings: Settings, nameOrOrigin: string): ArchiveSetting {
  const archives = settings.archives ?? [];
  const url = URL.canParse(nameOrOrigin) ? new URL(nameOrOrigin) : undefined;
  const found = archives.find(({ name, origin }) => name === nameOrOrigin || origin === url?.origin);
  if (found) return found;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname)))
    return { name: url.host, origin: url.origin };
  const names = archives.map((archive) => archive.name);
  throw new Failure('unknown-archive', `No archive is called ${nameOrOrigin}.`, {
    hint: hintFor(nameOrOrigin, names),
    args: { archive: nameOrOrigin, known: names },
  });
}

function hintFor(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  if (near) return `Did you mean ${near}?`;
  if (name === 'local')
    return 'Begin one of your own, and leave it running: repo2vc archive serve --dir ~/archive';
  return `Known are ${names.join(', ')}; give the address of another one, which begins with https://.`;
}
