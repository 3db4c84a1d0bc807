import { posix } from 'node:path';
import { readDockerfile } from '../../model/dockerfile.ts';
import { contextIdOf, type DockerfileSpec, filesBelow, ignoredBy, ignoreFilesOf } from '../../model/index.ts';
import { isBinderFolder } from '../folders.ts';
import type { Buildpack } from '../types.ts';

const name = 'Dockerfile';

/** A Dockerfile says all of the environment itself; nothing beside it is heeded, as in repo2docker. */
export const dockerfile: Buildpack = {
  name: 'dockerfile',
  detect: async (files) => {
    if (!files.has(name)) return undefined;
    const { inFolder } = contextOf(files.folder);
    const ignoring = inFolder.find((file) => files.has(file));
    return { reasons: [], reads: [name, ...(ignoring === undefined ? [] : [ignoring])] };
  },
  plan: (texts, folder, snapshot): DockerfileSpec => {
    const { context, file, inFolder } = contextOf(folder);
    const textOf = (path: string): string | undefined => {
      const whole = posix.join(folder, path);
      return Object.hasOwn(texts, whole) ? texts[whole] : undefined;
    };
    const text = textOf(name) ?? '';
    readDockerfile(text, posix.join(folder, name));
    const isIgnored = ignoredBy(inFolder.map(textOf).find((found) => found !== undefined));
    const files = filesBelow(snapshot.files, context).filter(({ path }) => !isIgnored(path));
    return {
      kind: 'dockerfile',
      file,
      text,
      context: { folder: posix.join(snapshot.folder, context), contentId: contextIdOf(files) },
    };
  },
};

/**
 * The folder whose files a Dockerfile may copy: the repository's root for one in a binder folder, else its own. `file` is
 * the Dockerfile's path in it, `inFolder` the ignore files' paths from the folder of the Dockerfile.
 */
function contextOf(folder: string) {
  const context = isBinderFolder(folder) ? '.' : folder;
  const file = posix.relative(context, posix.join(folder, name));
  const inFolder = ignoreFilesOf(file).map((path) => posix.relative(folder, posix.join(context, path)));
  return { context, file, inFolder };
}
