import { Failure } from '../failure.ts';
import { hashOf, type TemplateStep } from '../model/index.ts';
import { headingAbove } from './headings.ts';
import type { Cell, Notebook } from './read.ts';

/** The tag of the cell that parameters replace; papermill's convention. */
const parametersTag = 'parameters';
/** NII's tag for a cell that is not run as it is written. */
const skipTag = 'vcp:skip';

/**
 * The cells of a notebook that are to be run, in order: code cells that are neither empty nor tagged `vcp:skip`.
 * With `replaces`, the cell tagged `parameters` counts as the one that the parameters replace, whatever it holds.
 * Two such cells are the Failure `invalid-template`.
 */
export function stepsOf(notebook: Notebook, replaces: boolean): TemplateStep[] {
  const code = notebook.cells.filter((cell) => cell.type === 'code');
  const replaced = replaces ? parametersCell(notebook.name, code) : undefined;
  return code
    .filter((cell) => cell === replaced || (cell.source.trim() !== '' && !cell.tags.includes(skipTag)))
    .map((cell) => ({
      cell: cell.index,
      title: headingAbove(notebook, cell.index),
      parameters: cell === replaced,
      sha256: hashOf(cell.source),
    }));
}

function parametersCell(name: string, code: readonly Cell[]): Cell | undefined {
  const tagged = code.filter((cell) => cell.tags.includes(parametersTag));
  if (tagged.length < 2) return tagged[0];
  const numbers = tagged.map((cell) => cell.index + 1).join(', ');
  throw new Failure(
    'invalid-template',
    `${name} has several cells tagged "${parametersTag}" (cells ${numbers}).`,
    { hint: 'Keep the tag on one cell: the parameters replace it.', args: { source: name } },
  );
}
