import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { copyTree } from '../../io/copy-tree.ts';
import { listFiles } from '../../io/files.ts';
import { contentIdOf, type LocalReference, type Snapshot } from '../../model/index.ts';
import { capsOf } from '../caps.ts';
import type { FetchTools } from '../types.ts';

/** Copies the folder, without what tools leave behind in it. A notebook comes with its folder: it reads files there. */
export async function fetch(reference: LocalReference, folder: string, tools: FetchTools): Promise<Snapshot> {
  await check(reference, tools);
  const to = join(tools.runFolder, folder);
  await rm(to, { recursive: true, force: true });
  await copyTree({
    from: reference.path,
    to,
    source: reference.path,
    caps: capsOf(tools.settings),
    skip: (path) => /(^|\/)(\.git|\.ipynb_checkpoints|__pycache__)$/.test(path),
    skipped: (path) =>
      tools.emit({
        code: 'warning',
        args: {
          warning: 'file-left-out',
          message: `${path} is neither a file nor a folder; it was left out.`,
        },
      }),
    signal: tools.signal,
  });
  const files = await listFiles(to);
  if (files.length === 0) throw missing('folder-empty', `${reference.path} holds no files.`);
  return {
    schemaVersion: 1,
    reference,
    folder,
    contentId: contentIdOf(files),
    ...(reference.notebook !== undefined && { notebook: reference.notebook }),
    files,
    links: [],
  };
}

async function check({ path, notebook, text }: LocalReference, tools: FetchTools): Promise<void> {
  const wanted = notebook === undefined ? path : join(path, notebook);
  const found = await stat(wanted).catch(() => undefined);
  if (!found) throw missing('path-not-found', `${wanted} does not exist.`, forms(text));
  if (notebook === undefined ? !found.isDirectory() : !found.isFile()) {
    throw missing(
      'path-not-found',
      `${wanted} is not a ${notebook === undefined ? 'folder' : 'notebook'}.`,
      forms(text),
    );
  }
  if (path === '/' || path === tools.environment.HOME) {
    throw missing('folder-too-broad', `${path} is not the folder of one experiment.`, {
      hint: 'Put the experiment into a folder of its own.',
    });
  }
}

function forms(text: string) {
  if (/^[\w-]+(\.[\w-]+)+\/./.test(text)) return { hint: 'If it is an address, begin it with https://.' };
  return { hint: 'Check the spelling, and the folder that you are in. A DOI or an address will do as well.' };
}

function missing(code: string, message: string, options: { hint?: string } = {}): Failure {
  return new Failure(code, message, options);
}
