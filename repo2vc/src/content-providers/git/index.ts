import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, isFailure } from '../../failure.ts';
import { copyTree } from '../../io/copy-tree.ts';
import { listFiles, readIfThere } from '../../io/files.ts';
import { checkOut } from '../../io/git.ts';
import { contentIdOf, type GitReference, type Snapshot } from '../../model/index.ts';
import { capsOf } from '../caps.ts';
import type { ContentProvider, FetchTools } from '../types.ts';
import { claims } from './claims.ts';

/** A git repository, of this computer or another. */
export const git: ContentProvider<GitReference> = { id: 'git', claims, fetch };

async function fetch(reference: GitReference, folder: string, tools: FetchTools): Promise<Snapshot> {
  const { url, ref } = reference;
  const caps = capsOf(tools.settings);
  const to = join(tools.runFolder, folder);
  const clone = `${to}.clone`;
  try {
    const { commit, committedAt } = await checkOut({ url, ref, folder: clone, caps }, tools).catch(
      (error) => {
        throw maybeFolder(error, reference);
      },
    );
    await rm(to, { recursive: true, force: true });
    await copyTree({
      from: clone,
      to,
      source: url,
      caps,
      skip: (path) => path === '.git',
      skipped: () => undefined, // git keeps nothing but files and links
      signal: tools.signal,
    });
    const files = await listFiles(to);
    if (files.length === 0) throw empty(url);
    await warnOfMissing(to, tools);
    return {
      schemaVersion: 1,
      reference,
      folder,
      contentId: contentIdOf(files),
      revision: commit,
      publishedAt: committedAt,
      files,
      links: [],
    };
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** The page of a folder at a forge reads like that of a branch with slashes in its name. */
function maybeFolder(error: unknown, { url, ref }: GitReference): unknown {
  if (!isFailure(error) || error.code !== 'unknown-ref' || !ref?.includes('/')) return error;
  return new Failure(error.code, error.message, {
    hint: `An address names a whole repository, not a folder in it: ${url}@${ref.split('/')[0]}`,
    args: error.args,
  });
}

/** Says what a repository counts on and we leave out on purpose. */
async function warnOfMissing(folder: string, tools: FetchTools): Promise<void> {
  const warn = (warning: string, message: string) =>
    tools.emit({ code: 'warning', args: { warning, message } });
  if ((await readIfThere(join(folder, '.gitmodules'))) !== undefined) {
    warn('submodules-left-out', 'The repository has submodules; their files were not fetched.');
  }
  if (/filter=lfs/.test((await readIfThere(join(folder, '.gitattributes'))) ?? '')) {
    warn('lfs-left-out', 'The repository keeps files in Git LFS; only pointers to them were fetched.');
  }
}

function empty(url: string): Failure {
  return new Failure('folder-empty', `${url} holds no files.`, {
    hint: 'Name a branch, tag or commit that has some: ADDRESS@BRANCH.',
    args: { url },
  });
}
