import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { doiOf, type Snapshot } from '../../model/index.ts';
import { listAt, textAt } from '../../model/loose.ts';

type Links = Snapshot['links'];
type Link = Links[number];

/** The crate's descriptor has this name by its standard (RO-Crate 1.1 and later). */
export const crateName = 'ro-crate-metadata.json';

/** The `used` links that a record declares: in its related identifiers, else in its RO-Crate. */
export async function linksOf(record: unknown, folder: string): Promise<Links> {
  const related = relatedLinks(record);
  return related.length > 0 ? related : crateLinks(await readCrate(folder));
}

/**
 * DataCite's `Requires` is the environment; `References` to a data set is data. (`References` to the environment goes
 * with `Requires`, for citation graphs that know no other relation.)
 */
function relatedLinks(record: unknown): Links {
  return unique(
    listAt(record, 'metadata', 'related_identifiers').flatMap((entry): Link[] => {
      const doi = doiOf(textAt(entry, 'identifier') ?? '');
      const relation = textAt(entry, 'relation_type', 'id');
      if (!doi) return [];
      if (relation === 'requires') return [{ role: 'environment', doi, from: 'related-identifiers' }];
      const isData = relation === 'references' && textAt(entry, 'resource_type', 'id') === 'dataset';
      return isData ? [{ role: 'data', doi, from: 'related-identifiers' }] : [];
    }),
  );
}

/** What the crate's own software requires. */
function crateLinks(crate: unknown): Links {
  return unique(
    listAt(crate, '@graph')
      .flatMap((entity) => listAt(entity, 'softwareRequirements'))
      .flatMap((required): Link[] => {
        const doi = doiOf(textAt(required, '@id') ?? '');
        return doi ? [{ role: 'environment', doi, from: 'ro-crate' }] : [];
      }),
  );
}

function unique(links: Links): Links {
  return links.filter(
    (link, index) => links.findIndex((other) => other.role === link.role && other.doi === link.doi) === index,
  );
}

/** The crate's JSON, when there is one of a sensible size that can be read. */
async function readCrate(folder: string): Promise<unknown> {
  const path = join(folder, crateName);
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined || size > 16 * 1024 * 1024) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
