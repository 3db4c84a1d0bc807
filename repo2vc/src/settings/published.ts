import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '../context.ts';
import { readIfThere, syncFolder, translateDiskErrors } from '../io/files.ts';
import { type PublishedRecord, parserOf } from '../model/index.ts';

const parseRecord = parserOf<PublishedRecord>('published.schema.json');

function fileOf(places: Places): string {
  return join(places.state, 'published.ndjson');
}

/** Notes that a record was published from this computer. It is on disk when this returns. */
export async function recordPublished(
  places: Places,
  record: Omit<PublishedRecord, 'schemaVersion'>,
): Promise<void> {
  const path = fileOf(places);
  await translateDiskErrors(path, async () => {
    await mkdir(places.state, { recursive: true });
    const file = await open(path, 'a+', 0o600);
    try {
      // A line that a crash cut short must not swallow this one.
      const text = await file.readFile('utf8');
      const begin = text === '' || text.endsWith('\n') ? '' : '\n';
      await file.appendFile(`${begin}${JSON.stringify({ schemaVersion: 1, ...record })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(places.state);
  });
}

/** The content ids of everything that was published from this computer. */
export async function publishedHere(places: Places): Promise<Set<string>> {
  const path = fileOf(places);
  const lines = ((await readIfThere(path)) ?? '').split('\n');
  return new Set(lines.flatMap((line, index) => contentIdIn(line, `${path}:${index + 1}`)));
}

function contentIdIn(line: string, source: string): string[] {
  if (line === '') return [];
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return []; // cut short by a crash: what it would have said was never told to anybody
  }
  return [parseRecord(data, source).contentId];
}
