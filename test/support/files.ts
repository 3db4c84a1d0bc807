import { posix } from 'node:path';
import type { Files } from '../../repo2vc/src/buildpacks/types.ts';

/** A folder of a repository, in memory, as buildpacks see it; `files` by their path in the repository. */
export function filesOf(files: Readonly<Record<string, string>>, folder = '.'): Files {
  const at = (path: string) => posix.join(folder, path);
  return {
    folder,
    has: (path) => Object.hasOwn(files, at(path)),
    text: async (path) => (Object.hasOwn(files, at(path)) ? files[at(path)] : undefined),
  };
}
