import { mkdtemp, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { listFiles, readIfThere, translateDiskErrors, writeFileAtomic } from '../io/files.ts';
import { contentIdOf, type Experiment, type Snapshot } from '../model/index.ts';
import { titleOf } from '../notebooks/headings.ts';
import { type Notebook, readNotebook } from '../notebooks/read.ts';
import { withMetadata } from '../notebooks/with-metadata.ts';
import { citationFile } from '../provenance/citation.ts';
import { packagesFor, pythonOf } from './init/packages.ts';
import { citationText, type Facts, templateNotebook } from './init/texts.ts';
import { readTemplateIn } from './publish/template.ts';

const environmentFolder = 'environment';

/**
 * Describes the environment of a notebook: writes a template beside it, ready to edit, and the `used` link into the
 * notebook's metadata (its cells stay byte for byte). Gives the paths of what was written, and the imported modules whose
 * packages the person must add. Nothing that is there is overwritten (`already-there`), and nothing is left behind by a
 * failure.
 */
export async function init(
  notebookPath: string,
  options: { readonly workingDirectory: string },
  context: Context,
): Promise<{ written: string[]; missing: readonly string[] }> {
  const path = await pathOf(resolve(options.workingDirectory, notebookPath));
  const folder = dirname(path);
  const text = await readFile(path, 'utf8');
  const notebook = readNotebook(text, basename(path));
  await refuseAgain(notebook, folder);
  const packages = await packagesFor(path, notebook, context);
  const title = titleOf(notebook) ?? basename(path, '.ipynb').replaceAll(/[-_]+/g, ' ');
  const facts: Facts = { notebook: notebook.name, title, modules: packages.modules };
  const python = pythonOf(notebook);
  const files = {
    'environment.ipynb': templateNotebook(facts),
    ...packages.files,
    ...(python === undefined ? {} : { 'runtime.txt': `python-${python}\n` }),
  };
  const written = await writeAll(path, text, files, citationText(facts));
  return {
    written: written.map((one) => relative(options.workingDirectory, one) || one),
    missing: packages.missing,
  };
}

/** Writes all of it, or, where one of it cannot be written, nothing. Gives the paths of what was written. */
async function writeAll(
  path: string,
  text: string,
  files: Readonly<Record<string, string>>,
  citation: string,
): Promise<string[]> {
  const environment = join(dirname(path), environmentFolder);
  const citationPath = join(dirname(path), citationFile);
  const isCited = (await readIfThere(citationPath)) !== undefined;
  await writeEnvironment(dirname(path), files);
  try {
    if (!isCited) await writeFileAtomic(citationPath, citation);
    await writeLink(path, text);
  } catch (error) {
    for (const made of isCited ? [environment] : [environment, citationPath])
      await rm(made, { recursive: true, force: true });
    throw error;
  }
  const inside = Object.keys(files).map((name) => join(environment, name));
  return [...inside, ...(isCited ? [] : [citationPath]), path];
}

async function pathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined && (await stat(real)).isFile()) return real;
  throw new Failure('notebook-not-found', `There is no notebook ${path}.`, {
    hint: 'Name the notebook of your experiment.',
    args: { file: path },
  });
}

async function refuseAgain(notebook: Notebook, folder: string): Promise<void> {
  const language = notebook.kernel.language ?? 'python';
  if (language.toLowerCase() !== 'python') {
    throw new Failure('unsupported-language', `${notebook.name} is written in ${language}.`, {
      hint: 'init knows Python alone; write the template by hand.',
      args: { language },
    });
  }
  const there = await stat(join(folder, environmentFolder)).catch(() => undefined);
  const described = notebook.metadata.repo2vc !== undefined;
  if (!there && !described) return;
  const what = described
    ? `${notebook.name} says already what it is (metadata.repo2vc)`
    : `${environmentFolder}/ is there`;
  throw new Failure('already-there', `${what}; nothing was written.`, {
    hint: described ? 'Edit what is there.' : 'Edit what is there, or give that folder another name.',
    args: { folder, notebook: notebook.name },
  });
}

/** Writes the folder beside its place, checks it as publish would, and puts it there whole. */
async function writeEnvironment(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const temporary = await translateDiskErrors(folder, () => mkdtemp(join(folder, '.environment-')));
  try {
    const inside = join(temporary, environmentFolder);
    for (const [name, text] of Object.entries(files)) await writeFileAtomic(join(inside, name), text);
    await readTemplateIn(await snapshotOf(temporary), { runFolder: temporary });
    await rename(inside, join(folder, environmentFolder));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function snapshotOf(folder: string): Promise<Snapshot> {
  const path = join(folder, environmentFolder);
  const files = await listFiles(path);
  const reference = { schemaVersion: 1, kind: 'local', text: environmentFolder, path } as const;
  return {
    schemaVersion: 1,
    reference,
    folder: environmentFolder,
    contentId: contentIdOf(files),
    files,
    links: [],
  };
}

async function writeLink(path: string, text: string): Promise<void> {
  const used: Experiment['used'] = [{ role: 'environment', path: environmentFolder }];
  const repo2vc: Experiment = { schemaVersion: 1, kind: 'experiment', used };
  const { mode } = await stat(path);
  await writeFileAtomic(
    path,
    withMetadata(text, (metadata) => ({ ...metadata, repo2vc })),
    mode & 0o777,
  );
}
