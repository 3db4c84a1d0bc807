import type { Notebook } from './read.ts';

/** The notebook's own title: its first heading; undefined when it has none. */
export function titleOf(notebook: Notebook): string | undefined {
  return notebook.cells.flatMap((cell) => (cell.type === 'markdown' ? headingsOf(cell.source) : []))[0];
}

/** The nearest heading above a cell, to tell a person where in the notebook it stands; empty when there is none. */
export function headingAbove(notebook: Notebook, index: number): string {
  const above = notebook.cells.slice(0, index).filter((cell) => cell.type === 'markdown');
  return above.flatMap((cell) => headingsOf(cell.source)).at(-1) ?? '';
}

/** No title is longer; a stranger's line is matched by patterns, which take long over endless ones. */
const longestHeading = 300;

/** The texts of the ATX headings (CommonMark 4.2) of a Markdown source, without their inline marks. */
function headingsOf(markdown: string): string[] {
  const headings: string[] = [];
  let fence: string | undefined;
  for (const whole of markdown.split(/\r?\n/)) {
    const line = whole.slice(0, longestHeading);
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    const text = /^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/.exec(line)?.[1];
    if (fence === undefined && text) headings.push(plain(text));
  }
  return headings;
}

function plain(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]+/g, '')
    .trim();
}
