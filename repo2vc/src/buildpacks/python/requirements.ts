import { posix } from 'node:path';
import { Failure } from '../../failure.ts';
import type { PythonSpec } from '../../model/index.ts';
import { checkLine, type LineProblem } from './requirement-line.ts';

export type Requirement = PythonSpec['requirements'][number];

/** A logical line of a requirements file, without its comment; `line` counts from 1. */
interface Line {
  readonly text: string;
  readonly line: number;
}

/** How many files one requirements.txt may draw in. */
const mostFiles = 50;
const mostRequirements = 5000;

/**
 * The logical lines of a requirements file (pip.pypa.io/en/stable/reference/requirements-file-format): a backslash at
 * its end joins a line with the next; a comment begins with # at the start or after white space; blank lines go.
 */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let joined: { text: string; line: number } | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const comment = /^\s*#/.test(raw);
    const start = joined ?? { text: '', line: index + 1 };
    const goesOn = !comment && raw.endsWith('\\');
    const whole = { text: start.text + (goesOn ? raw.slice(0, -1) : raw), line: start.line };
    joined = goesOn ? whole : undefined;
    if (!goesOn) lines.push(whole);
  }
  if (joined) lines.push(joined);
  return lines
    .map(({ text: whole, line }) => ({ text: whole.replace(/(^|\s)#.*$/, '').trim(), line }))
    .filter((line) => line.text !== '');
}

/** The file that a `-r` line draws in, relative to the folder; undefined when the line is something else. */
function includeOf(line: Line, file: string): string | undefined {
  const name = /^(?:-r\s*|--requirement(?:\s+|=))(\S.*)$/.exec(line.text)?.[1];
  if (name === undefined || /^[a-z+]+:/i.test(name) || name.startsWith('/')) return undefined;
  return posix.join(posix.dirname(file), name);
}

/** Every file that requirements.txt draws in, itself first; files that are missing are named too. */
export async function filesOf(
  start: string,
  textOf: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  const found = [start];
  for (const file of found) {
    const lines = linesOf((await textOf(file)) ?? '');
    for (const line of lines) {
      const next = includeOf(line, file);
      if (next !== undefined && !found.includes(next) && found.length < mostFiles) found.push(next);
    }
  }
  return found;
}

/**
 * The requirements of a file and of those it draws in, in their order, each file once. A line that cannot be honoured
 * is the Failure `requirement-refused`, which names file and line and says what to write instead.
 */
export function requirementsOf(start: string, texts: Readonly<Record<string, string>>): Requirement[] {
  const seen = new Set<string>();
  const found: Requirement[] = [];
  const read = (file: string): void => {
    seen.add(file);
    for (const line of linesOf(texts[file] ?? '')) {
      const next = includeOf(line, file);
      if (next !== undefined) {
        if (!Object.hasOwn(texts, next)) throw refused(file, line, missing(next));
        if (!seen.has(next)) read(next);
        continue;
      }
      const checked = checkLine(line.text);
      if ('why' in checked) throw refused(file, line, checked);
      if (checked.keep) found.push({ text: line.text, file, line: line.line });
      if (found.length > mostRequirements) throw refused(file, line, tooMany);
    }
  };
  read(start);
  return found;
}

const tooMany: LineProblem = {
  why: `there are more than ${mostRequirements} requirements`,
  hint: 'Shorten the list.',
};

function missing(file: string): LineProblem {
  return {
    why: `there is no file ${file} (or it is one of more than ${mostFiles})`,
    hint: 'Add the file, or write its lines here.',
  };
}

/** A line as it may be shown: an address may hold a password, so its user part is left out. */
function refused(file: string, line: Line, { why, hint }: LineProblem): Failure {
  const shown = line.text.replace(/\/\/[^/\s]*@/g, '//***@').slice(0, 200);
  return new Failure('requirement-refused', `${file}, line ${line.line}: ${why}: ${shown}`, {
    hint,
    args: { file, line: line.line, why },
  });
}
