import { posix } from 'node:path';
import type { Files } from '../../repo2vc/src/buildpacks/types.ts';
import { contentIdOf, hashOf, type Snapshot } from '../../repo2vc/src/model/index.ts';

/** A folder of a repository, in memory, as buildpacks see it; `files` by their path in the repository. */
export function filesOf(files: Readonly<Record<string, string>>, folder = '.'): Files {
  const at = (path: string) => posix.join(folder, path);
  return {
    folder,
    has: (path) => Object.hasOwn(files, at(path)),
    text: async (path) => (Object.hasOwn(files, at(path)) ? files[at(path)] : undefined),
  };
}

/** The snapshot of such a repository, in the folder `snapshot` of a run. */
export function snapshotIn(
  files: Readonly<Record<string, string>>,
  executable: readonly string[] = [],
): Snapshot {
  const listed = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => ({
      ...{ path, size: Buffer.byteLength(text), sha256: hashOf(text) },
      ...(executable.includes(path) ? { executable: true as const } : {}),
    }));
  return {
    schemaVersion: 1,
    reference: { schemaVersion: 1, kind: 'local', text: '.', path: '/experiment' },
    folder: 'snapshot',
    contentId: contentIdOf(listed),
    files: listed,
    links: [],
  };
}
