import { Failure } from '../failure.ts';

/**
 * Changes a notebook's metadata and nothing else: every byte outside the top-level `metadata` stays, so cells and
 * outputs are exactly the author's. The new metadata is written with the file's own indentation and line ends.
 */
export function withMetadata(
  text: string,
  change: (metadata: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): string {
  const span = spanOfMetadata(text);
  if (!span) {
    throw new Failure('not-a-notebook', 'The text is not a Jupyter notebook: it has no metadata.', {
      hint: 'Open it in JupyterLab and save it there.',
    });
  }
  const metadata = JSON.parse(text.slice(span.start, span.end)) as Readonly<Record<string, unknown>>;
  const layout = /^\s*\{(\r?\n)([ \t]+)"/.exec(text);
  const [, newline = '', indent = ''] = layout ?? [];
  const written = JSON.stringify(change(metadata), null, indent).replaceAll('\n', newline + indent);
  return text.slice(0, span.start) + written + text.slice(span.end);
}

/** Where the value of the last top-level key `metadata` stands (of equal keys, JSON.parse takes the last). */
function spanOfMetadata(text: string): { start: number; end: number } | undefined {
  let depth = 0;
  let start: number | undefined;
  let span: { start: number; end: number } | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth === 2 && isMetadata(text, at)) start = at;
    } else if (character === '}' || character === ']') {
      if (depth === 2 && start !== undefined) {
        span = { start, end: at + 1 };
        start = undefined;
      }
      depth -= 1;
    }
  }
  return span;
}

/** The index of the quote that ends the JSON string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** Whether the value that begins at `index` belongs to a key `metadata`. */
function isMetadata(text: string, index: number): boolean {
  return /[{,]\s*"metadata"\s*:\s*$/.test(text.slice(Math.max(0, index - 200), index));
}
