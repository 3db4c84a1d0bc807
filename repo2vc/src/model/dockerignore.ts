import { Failure } from '../failure.ts';

/** Whether a path, relative to the context, is left out of it. */
export type IsIgnored = (path: string) => boolean;

/** One thing that a pattern asks of a path. */
type Token =
  | { readonly kind: 'letter'; readonly letter: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    }
  /** `?`, `*`: one, or any number, of characters but `/`. */
  | { readonly kind: 'one' }
  | { readonly kind: 'star' }
  /** `**` at the end: everything. */
  | { readonly kind: 'rest' }
  /** `**` elsewhere is any number of whole folders, or nothing: that is decided before its first letter. */
  | { readonly kind: 'maybe' }
  | { readonly kind: 'folders' };

const mostRules = 1000;
/** No path is longer, so no longer pattern is of use. */
const longestPattern = 4096;

/**
 * Reads a .dockerignore as Docker does (https://docs.docker.com/build/concepts/context/#dockerignore-files): the last
 * pattern that fits a path, or a folder that it lies in, decides; `!` takes it back in. Its author is a stranger, so
 * patterns are followed step by step: no text makes this slow, as it would a regular expression. Failure
 * `invalid-dockerignore` for more than 1000 patterns.
 */
export function dockerignore(text: string): IsIgnored {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => ruleOf(line.trim()) ?? []);
  if (rules.length > mostRules) throw tooMany();
  return (path) => {
    const last = rules.findLast(({ tokens }) => fits(tokens, path));
    return last !== undefined && !last.negated;
  };
}

function ruleOf(line: string): { negated: boolean; tokens: readonly Token[] } | undefined {
  const negated = line.startsWith('!');
  const pattern = cleaned(negated ? line.slice(1).trim() : line);
  return pattern === '' || pattern.length > longestPattern
    ? undefined
    : { negated, tokens: tokensOf(pattern) };
}

/** As Go's filepath.Clean, and without a slash at the start. */
function cleaned(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  let rest = pattern;
  while (rest !== '') {
    const [token, taken] = nextToken(rest);
    if (token.kind === 'folders') tokens.push({ kind: 'maybe' });
    tokens.push(token);
    rest = rest.slice(taken);
  }
  return tokens;
}

function nextToken(text: string): readonly [Token, taken: number] {
  const [letter = ''] = text;
  if (text === '**' || text === '**/') return [{ kind: 'rest' }, text.length];
  if (text.startsWith('**')) return [{ kind: 'folders' }, text[2] === '/' ? 3 : 2];
  if (letter === '*') return [{ kind: 'star' }, 1];
  if (letter === '?') return [{ kind: 'one' }, 1];
  const end = text.indexOf(']', text[1] === '^' ? 3 : 2);
  if (letter === '[' && end > 0) return [classOf(text.slice(1, end)), end + 1];
  if (letter === '\\' && text.length > 1) return [{ kind: 'letter', letter: text[1] ?? '' }, 2];
  return [{ kind: 'letter', letter }, letter.length];
}

function classOf(inside: string): Token {
  const negated = inside.startsWith('^');
  const found = (negated ? inside.slice(1) : inside).matchAll(/(\\?.)(?:-(\\?.))?/gsu);
  const ranges = [...found].map(([, from = '', to = from]) => [from.slice(-1), to.slice(-1)] as const);
  return { kind: 'class', negated, ranges };
}

/**
 * Whether a pattern fits a path or a folder that it lies in. All ways through the pattern are followed at once: `places`
 * are those that the path so far can lead to.
 */
function fits(tokens: readonly Token[], path: string): boolean {
  let places = withSkips(tokens, new Set([0]));
  for (const letter of path) {
    if (letter === '/' && places.has(tokens.length)) return true;
    const next = new Set<number>();
    for (const place of places) step(tokens, place, letter, next);
    places = withSkips(tokens, next);
    if (places.size === 0) return false;
  }
  return places.has(tokens.length);
}

/** Where a letter leads from a place. */
function step(tokens: readonly Token[], place: number, letter: string, next: Set<number>): void {
  const token = tokens[place];
  if (token === undefined) return;
  const stays =
    token.kind === 'rest' || token.kind === 'folders' || (token.kind === 'star' && letter !== '/');
  if (stays) next.add(place);
  const passes =
    (token.kind === 'folders' && letter === '/') ||
    (token.kind === 'one' && letter !== '/') ||
    (token.kind === 'letter' && letter === token.letter) ||
    (token.kind === 'class' && letter !== '/' && inClass(token, letter));
  if (passes) next.add(place + 1);
}

function inClass({ negated, ranges }: Token & { kind: 'class' }, letter: string): boolean {
  return ranges.some(([from, to]) => letter >= from && letter <= to) !== negated;
}

/** Adds the places behind what may stand for nothing. */
function withSkips(tokens: readonly Token[], places: Set<number>): Set<number> {
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === 'star' || kind === 'rest' || kind === 'maybe') places.add(place + 1);
    if (kind === 'maybe') places.add(place + 2);
  }
  return places;
}

function tooMany(): Failure {
  return new Failure('invalid-dockerignore', `.dockerignore has more than ${mostRules} patterns.`, {
    hint: 'Shorten it: a pattern may name a whole folder.',
  });
}
