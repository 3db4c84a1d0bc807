import { Failure } from '../../failure.ts';
import type { Reference, Snapshot } from '../../model/index.ts';
import type { Notebook } from '../../notebooks/read.ts';
import { type FoundTemplate, kindOf } from './find-templates.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

/**
 * The experiment notebook of a snapshot: the one that the reference named; else the only one of kind experiment; else
 * the only one at the top that is no template (or, with none at the top, anywhere). Undefined when there is none, or
 * when the named one is a template. Failure `ambiguous-notebook` lists several, and says how to name one.
 */
export function findEntry(files: SnapshotFiles, templates: readonly FoundTemplate[]): Notebook | undefined {
  const { snapshot, notebooks, unreadable } = files;
  const isTemplate = (notebook: Notebook) => templates.some((found) => found.notebook === notebook);
  if (snapshot.notebook !== undefined) {
    const broken = unreadable.find((one) => one.path === snapshot.notebook);
    if (broken) throw broken.failure;
    const named = notebooks.find((notebook) => notebook.name === snapshot.notebook);
    if (!named) throw noSuchNotebook(snapshot.notebook);
    return isTemplate(named) ? undefined : named;
  }
  const others = notebooks.filter((notebook) => !isTemplate(notebook));
  const experiments = others.filter((notebook) => kindOf(notebook) === 'experiment');
  const top = others.filter((notebook) => !notebook.name.includes('/'));
  const candidates = [experiments, top, others].find((list) => list.length > 0) ?? [];
  if (candidates.length > 1) throw ambiguous(candidates, snapshot.reference);
  if (candidates.length === 0 && templates.length === 0 && unreadable[0]) throw unreadable[0].failure;
  return candidates[0];
}

/** The Failure for a snapshot in which nothing can be opened. */
export function noNotebook({ files }: Snapshot): Failure {
  const found = files.map((file) => file.path).slice(0, 20);
  return new Failure('no-notebook', `There is no notebook in what was fetched; found: ${found.join(', ')}.`, {
    hint: 'Name the record, repository or folder that holds the notebook of the experiment.',
    args: { found },
  });
}

function noSuchNotebook(name: string): Failure {
  return new Failure('notebook-not-found', `There is no notebook ${name} in what was fetched.`, {
    hint: 'Check the name, or leave it out.',
    args: { file: name },
  });
}

function ambiguous(candidates: readonly Notebook[], reference: Reference): Failure {
  const names = candidates.map((notebook) => notebook.name);
  const [first = ''] = names;
  const hint =
    reference.kind === 'local'
      ? `Name one: repo2vc reproduce ${JSON.stringify(`${reference.path}/${first}`)}`
      : `Fetch the files, and name one of them: repo2vc reproduce FOLDER/${first}. Its author can mark it: ` +
        'metadata.repo2vc of kind "experiment".';
  return new Failure(
    'ambiguous-notebook',
    `There are ${names.length} notebooks that could be the experiment: ${names.slice(0, 20).join(', ')}.`,
    { hint, args: { notebooks: names.slice(0, 20) } },
  );
}
