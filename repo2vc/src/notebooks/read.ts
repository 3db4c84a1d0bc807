import { Failure } from '../failure.ts';

/** A cell as this program needs it; `index` counts all cells of the notebook from 0. */
export interface Cell {
  readonly index: number;
  readonly type: 'code' | 'markdown' | 'raw';
  readonly source: string;
  readonly tags: readonly string[];
}

/** A notebook, read. `metadata` is other people's: whoever uses a part of it checks that part. */
export interface Notebook {
  /** The file's path, as a person knows it. */
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly kernel: { readonly name?: string; readonly language?: string };
  readonly cells: readonly Cell[];
}

/**
 * Reads a notebook of nbformat 4 (nbformat.readthedocs.io/en/latest/format_description.html), keeping what is not
 * known to it. Failures: `not-a-notebook`; `unsupported-notebook` for another major nbformat.
 */
export function readNotebook(text: string, name: string): Notebook {
  const content = parseJson(text, name);
  if (!isObject(content) || typeof content.nbformat !== 'number') throw notANotebook(name, 'no nbformat');
  if (content.nbformat !== 4) throw unsupported(name, content.nbformat);
  if (!isObject(content.metadata)) throw notANotebook(name, 'no metadata');
  if (!Array.isArray(content.cells)) throw notANotebook(name, 'no list of cells');
  const cells = content.cells.map((cell: unknown, index) => readCell(cell, index, name));
  return { name, metadata: content.metadata, kernel: kernelOf(content.metadata), cells };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw notANotebook(name, 'it is not JSON');
  }
}

function readCell(cell: unknown, index: number, name: string): Cell {
  const type = isObject(cell) ? cell.cell_type : undefined;
  if (!isObject(cell) || (type !== 'code' && type !== 'markdown' && type !== 'raw')) {
    throw notANotebook(name, `cell ${index + 1} is none`);
  }
  const source = textOf(cell.source);
  if (source === undefined) throw notANotebook(name, `cell ${index + 1} has no source`);
  const tags = isObject(cell.metadata) && Array.isArray(cell.metadata.tags) ? cell.metadata.tags : [];
  return { index, type, source, tags: tags.filter((tag) => typeof tag === 'string') };
}

/** nbformat's multi-line strings: a string, or a list of strings to be joined. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('');
  return undefined;
}

function kernelOf(metadata: Readonly<Record<string, unknown>>): Notebook['kernel'] {
  const spec = isObject(metadata.kernelspec) ? metadata.kernelspec : {};
  const info = isObject(metadata.language_info) ? metadata.language_info : {};
  const language = info.name ?? spec.language;
  return {
    ...(typeof spec.name === 'string' ? { name: spec.name } : {}),
    ...(typeof language === 'string' ? { language } : {}),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notANotebook(name: string, why: string): Failure {
  return new Failure('not-a-notebook', `${name} is not a Jupyter notebook: ${why}.`, {
    hint: 'Name a notebook, or a folder or record that holds one.',
    args: { file: name, why },
  });
}

function unsupported(name: string, nbformat: number): Failure {
  return new Failure(
    'unsupported-notebook',
    `${name} is a notebook of nbformat ${nbformat}; only nbformat 4 can be read.`,
    {
      hint: `Convert it: jupyter nbconvert --to notebook --inplace ${name}`,
      args: { file: name, nbformat },
    },
  );
}
