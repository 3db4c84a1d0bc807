import { isObject } from './checks.ts';
import { Refusal } from './refusal.ts';

/** Says whether a document is found. */
export type Query = (document: unknown) => boolean;

/** How a query is read. */
export interface QueryOptions {
  /** Short names for paths. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Paths whose values are compared word by word; all others must be equal, letter by letter. */
  readonly textFields?: ReadonlySet<string>;
  /** Fields whose value needs no quotation marks, though it has a slash or a colon. */
  readonly bareFields?: ReadonlySet<string>;
  /** Compare without regard to case, and take a slash for itself (as DataCite does). */
  readonly lenient?: boolean;
}

type Token = { readonly kind: 'open' | 'close' | 'not' | 'and' | 'or' } | Clause;
interface Clause {
  readonly kind: 'clause';
  readonly field?: string;
  readonly value: string;
}

/**
 * Reads the part of OpenSearch's query-string syntax by which records are looked for: words, "phrases", field:value,
 * AND, OR, NOT and parentheses; words without an operator between them must all be found. As there, a slash outside
 * quotation marks is refused: it would begin a regular expression, so DOIs have to be quoted.
 */
export function parseQuery(text: string, options: QueryOptions = {}): Query {
  const tokens = tokensOf(text, options);
  let position = 0;
  const peek = () => tokens[position];
  const either = (): Query => {
    const branches = [both()];
    while (peek()?.kind === 'or') {
      position++;
      branches.push(both());
    }
    return (document) => branches.some((branch) => branch(document));
  };
  const both = (): Query => {
    const parts = [one()];
    while (peek() && peek()?.kind !== 'or' && peek()?.kind !== 'close') {
      if (peek()?.kind === 'and') position++;
      parts.push(one());
    }
    return (document) => parts.every((part) => part(document));
  };
  const one = (): Query => {
    const token = tokens[position++];
    if (token?.kind === 'clause') return matcher(token, options);
    if (token?.kind === 'not') {
      const inner = one();
      return (document) => !inner(document);
    }
    if (token?.kind !== 'open') throw unreadable('it ends too early, or an operator stands alone');
    const inner = either();
    if (tokens[position++]?.kind !== 'close') throw unreadable('a parenthesis is not closed');
    return inner;
  };
  if (tokens.length === 0) return () => true;
  if (tokens.filter(({ kind }) => kind === 'open' || kind === 'not').length > 50) {
    throw unreadable('it has more than 50 parentheses and negations');
  }
  const query = either();
  if (position < tokens.length) throw unreadable('a parenthesis is closed that was not opened');
  return query;
}

const tokenPattern = /\s+|([()])|(-|!)(?=\S)|([\w.:*-]*?:)?(?:"((?:[^"\\]|\\.)*)"|((?:[^\s()"\\]|\\.)+))/gsuy;
const operators = { AND: 'and', OR: 'or', NOT: 'not', '&&': 'and', '||': 'or' } as const;

function tokensOf(text: string, options: QueryOptions): Token[] {
  if (text.length > 4000) throw unreadable('it is longer than 4000 characters');
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text);
    if (!match) throw unreadable('a quotation mark is not closed');
    const [, parenthesis, minus, prefix, phrase, word] = match;
    if (parenthesis) tokens.push({ kind: parenthesis === '(' ? 'open' : 'close' });
    else if (minus) tokens.push({ kind: 'not' });
    else if (phrase !== undefined) tokens.push(clause(prefix, phrase));
    else if (word !== undefined) tokens.push(wordToken(prefix, word, options));
  }
  return tokens;
}

function wordToken(prefix: string | undefined, word: string, options: QueryOptions): Token {
  if (prefix === undefined && Object.hasOwn(operators, word)) {
    return { kind: operators[word as keyof typeof operators] };
  }
  const isBare = options.lenient || options.bareFields?.has(prefix?.slice(0, -1) ?? '');
  if (!isBare && /(?<!\\)[/]/.test(word)) throw unreadable('a value with a slash needs quotation marks');
  if (/^[[{]/.test(word)) throw unreadable('this archive has no ranges');
  if (prefix === undefined && word.endsWith(':'))
    throw unreadable('a field takes one value, right behind it');
  if (word !== '*' && /(?<!\\)[*?]/.test(word)) throw unreadable('this archive has no wildcards');
  return clause(prefix, word);
}

function clause(prefix: string | undefined, text: string): Clause {
  const value = text.replace(/\\(.)/gs, '$1');
  return { kind: 'clause', value, ...(prefix ? { field: prefix.slice(0, -1) } : {}) };
}

function unreadable(why: string): Refusal {
  return new Refusal(400, `The syntax of the search query is invalid: ${why}.`);
}

function matcher({ field, value }: Clause, options: QueryOptions): Query {
  if (field === undefined) {
    if (value === '*') return () => true;
    const wanted = wordsOf(value);
    return (document) => stringsIn(document).some((text) => hasPhrase(text, wanted));
  }
  const { aliases = {} } = options;
  const path = (Object.hasOwn(aliases, field) ? aliases[field] : undefined) ?? field;
  const isText = options.textFields?.has(path) ?? false;
  const plain = (text: string) => (options.lenient ? text.toLowerCase() : text);
  return (document) => {
    const values = valuesAt(document, path.split('.'));
    if (value === '*') return values.length > 0;
    return values.some(
      (found) =>
        plain(String(found)) === plain(value) || (isText && hasPhrase(String(found), wordsOf(value))),
    );
  };
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((entry) => valuesAt(entry, path));
  const [key, ...rest] = path;
  if (key === undefined) return value === undefined || isObject(value) ? [] : [value];
  return isObject(value) && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [];
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function hasPhrase(text: string, wanted: readonly string[]): boolean {
  return wanted.length > 0 && ` ${wordsOf(text).join(' ')} `.includes(` ${wanted.join(' ')} `);
}
