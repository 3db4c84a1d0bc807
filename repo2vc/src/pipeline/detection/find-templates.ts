import { posix } from 'node:path';
import { descriptorKind } from '../../environment-templates/experiment.ts';
import { descriptorFiles, readDescriptorFile } from '../../environment-templates/read.ts';
import { Failure } from '../../failure.ts';
import type { Notebook } from '../../notebooks/read.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

/** A template that was found: its notebook, and its descriptor as it stands in `source`, not checked yet. */
export interface FoundTemplate {
  readonly notebook: Notebook;
  readonly descriptor: unknown;
  readonly source: string;
}

/** Every environment template of a snapshot: notebooks that carry a descriptor, or have a repo2vc.yaml beside them. */
export async function findTemplates(files: SnapshotFiles): Promise<FoundTemplate[]> {
  const own = files.notebooks
    .filter((notebook) => kindOf(notebook) === 'template')
    .map((notebook) => ({
      notebook,
      descriptor: notebook.metadata.repo2vc,
      source: sourceOf(notebook),
    }));
  const paths = files.snapshot.files.map((file) => file.path);
  const beside: FoundTemplate[] = [];
  for (const path of paths.filter(isDescriptorFile)) {
    const source = readDescriptorFile((await files.text(path)) ?? '', path);
    if (descriptorKind(source, path) !== 'template') throw wrongPlace(path);
    beside.push({ notebook: notebookBeside(path, files), descriptor: source, source: path });
  }
  return [...own, ...beside];
}

/** What a notebook's own metadata says it is. */
export function kindOf(notebook: Notebook): 'experiment' | 'template' | undefined {
  return descriptorKind(notebook.metadata.repo2vc, sourceOf(notebook));
}

/** How a person is told where a notebook's descriptor stands. */
export function sourceOf(notebook: Notebook): string {
  return `${notebook.name} (metadata.repo2vc)`;
}

/** The Failure for several templates where one is meant. */
export function ambiguousTemplate(where: string, found: readonly string[]): Failure {
  return new Failure(
    'ambiguous-template',
    `${where} holds ${found.length} environment templates: ${found.join(', ')}.`,
    {
      hint: 'Keep one; or give each a folder, and link the one that was used from the experiment notebook.',
      args: { where, found },
    },
  );
}

function isDescriptorFile(path: string): boolean {
  return descriptorFiles.some((name) => name === posix.basename(path)) && !/(^|\/)\./.test(path);
}

function notebookBeside(path: string, files: SnapshotFiles): Notebook {
  const folder = posix.dirname(path);
  const others = descriptorFiles.map((name) => posix.join(folder, name)).filter((other) => other !== path);
  const twice = others.find((other) => files.folder('.').has(other));
  if (twice) throw twoDescriptors(path, twice);
  const beside = files.notebooks.filter((notebook) => posix.dirname(notebook.name) === folder);
  const described = beside.find((notebook) => kindOf(notebook) === 'template');
  if (described) throw twoDescriptors(path, sourceOf(described));
  const candidates = beside.filter((notebook) => kindOf(notebook) !== 'experiment');
  if (candidates.length > 1) {
    throw new Failure(
      'ambiguous-template',
      `${path} stands beside ${candidates.length} notebooks, and cannot tell which of them it describes.`,
      {
        hint: 'Put the descriptor into the metadata of the notebook, under the key repo2vc.',
        args: { where: folder, found: candidates.map((notebook) => notebook.name) },
      },
    );
  }
  if (candidates[0]) return candidates[0];
  throw new Failure('invalid-template', `${path} describes a template, and no notebook lies beside it.`, {
    hint: 'Put the notebook of the template into the same folder.',
    args: { source: path },
  });
}

function twoDescriptors(one: string, other: string): Failure {
  return new Failure('invalid-template', `One template has two descriptors: ${one} and ${other}.`, {
    hint: 'Keep one of them.',
    args: { source: one },
  });
}

function wrongPlace(path: string): Failure {
  return new Failure('invalid-template', `${path} is not valid: kind must be "container" here.`, {
    hint: "What an experiment used goes into its notebook's metadata, under the key repo2vc.",
    args: { source: path },
  });
}
