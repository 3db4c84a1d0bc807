import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listFiles } from '../../repo2vc/src/io/files.ts';
import { contentIdOf, type Snapshot } from '../../repo2vc/src/model/index.ts';

/** Writes files into `folder` of a run folder, and gives their snapshot, as a fetch of a local folder would. */
export async function snapshotOf(
  runFolder: string,
  folder: string,
  files: Readonly<Record<string, string>>,
  changes: Partial<Snapshot> = {},
): Promise<Snapshot> {
  const root = join(runFolder, folder);
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const listed = await listFiles(root);
  return {
    schemaVersion: 1,
    reference: { schemaVersion: 1, kind: 'local', text: '.', path: '/experiment' },
    folder,
    contentId: contentIdOf(listed),
    files: listed,
    links: [],
    ...changes,
  };
}
