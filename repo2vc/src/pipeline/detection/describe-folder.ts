import { posix } from 'node:path';
import { specifications } from '../../buildpacks/registry.ts';
import { Failure } from '../../failure.ts';
import type { Detection, Reason } from '../../model/index.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

/** A folder that describes an environment: what builds it, and the files that planning reads (the snapshot's paths). */
export interface DescribedFolder {
  readonly buildpack: string;
  readonly folder: string;
  readonly files: Detection['files'];
  readonly reasons: readonly Reason[];
}

/** Asks every specification in its order; the first that applies wins, also when it is one that is refused. */
export async function describeFolder(
  files: SnapshotFiles,
  folder: string,
): Promise<DescribedFolder | undefined> {
  const view = files.folder(folder);
  for (const specification of specifications) {
    if ('refuse' in specification) {
      const refusal = await specification.refuse(view);
      if (refusal) throw refusal;
      continue;
    }
    const match = await specification.detect(view);
    if (!match) continue;
    const paths = match.reads.map((path) => posix.join(folder, path));
    const texts = await Promise.all(
      paths.map(async (path) => ({ path, text: (await files.text(path)) ?? '' })),
    );
    return { buildpack: specification.name, folder, files: texts, reasons: match.reasons };
  }
  return undefined;
}

/**
 * The one folder of a repository that is looked at, as repo2docker has it: binder/ or .binder/ when there is one (then
 * the root is not looked at), else the root. Failure `two-binder-folders` for both.
 */
export function specificationFolder(files: SnapshotFiles): string {
  const there = ['binder', '.binder'].filter((folder) =>
    files.snapshot.files.some((file) => file.path.startsWith(`${folder}/`)),
  );
  if (there.length < 2) return there[0] ?? '.';
  throw new Failure('two-binder-folders', 'The repository has both binder/ and .binder/; one must go.', {
    hint: 'Keep the one that describes the environment.',
  });
}
