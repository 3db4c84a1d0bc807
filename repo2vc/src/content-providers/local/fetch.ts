import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { copyProject, someOf } from '../../io/copy-project.ts';
import { listFiles } from '../../io/files.ts';
import { contentIdOf, type LocalReference, type Snapshot } from '../../model/index.ts';
import { capsOf } from '../caps.ts';
import type { FetchTools } from '../types.ts';

/** Copies the folder as it would be published. A notebook comes with its folder: it reads files there. */
export async function fetch(reference: LocalReference, folder: string, tools: FetchTools): Promise<Snapshot> {
  await check(reference, tools);
  const to = join(tools.runFolder, folder);
  await rm(to, { recursive: true, force: true });
  const { path, notebook } = reference;
  const caps = capsOf(tools.settings);
  const missed = await copyProject({ from: path, to, source: path, caps, signal: tools.signal });
  if (missed.length > 0) tellMissed(missed, tools);
  const files = await listFiles(to);
  if (files.length === 0) throw missing('folder-empty', `${path} holds no files.`);
  return {
    schemaVersion: 1,
    reference,
    folder,
    contentId: contentIdOf(files),
    ...(notebook !== undefined && { notebook }),
    files,
    links: [],
  };
}

function tellMissed(missed: readonly string[], tools: FetchTools): void {
  const message = `Hidden and special files are left out, as publishing leaves them out: ${someOf(missed)}`;
  tools.emit({ code: 'warning', args: { warning: 'file-left-out', message } });
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
