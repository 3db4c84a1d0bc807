/** What a requirement line asks for: a package by name, and its address where it gives one. */
interface NamedRequirement {
  /** Normalised: PEP 503. */
  readonly name: string;
  readonly address?: string;
}

const versionClause = /^(?:===|~=|==|!=|<=|>=|<|>)\s*[A-Za-z0-9][A-Za-z0-9._*+!-]*$/;

/**
 * Reads a requirement by name: PEP 508, with pip's --hash after it; undefined when it is something else. Taken apart
 * step by step, because one pattern for all of it takes very long over lines that somebody made for that.
 */
export function parseRequirement(line: string): NamedRequirement | undefined {
  const text = withoutHashes(line);
  const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(text)?.[0];
  if (name === undefined || !isName(name)) return undefined;
  const rest = withoutExtras(text.slice(name.length).trim());
  if (rest === undefined) return undefined;
  const normalised = name.replace(/[-_.]+/g, '-').toLowerCase();
  if (!rest.startsWith('@')) return areVersions(rest) ? { name: normalised } : undefined;
  const [address = '', separator = '', ...marker] = rest.slice(1).trim().split(/\s+/);
  if (
    separator !== '' &&
    (!separator.startsWith(';') || !isMarker([separator.slice(1), ...marker].join(' ')))
  ) {
    return undefined;
  }
  return { name: normalised, address };
}

function withoutHashes(line: string): string {
  const words = line.trim().split(/\s+/);
  while (/^--hash=[a-z0-9]+:[0-9a-f]+$/.test(words.at(-1) ?? '')) words.pop();
  return words.join(' ');
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(text) && /^[A-Za-z0-9]/.test(text) && /[A-Za-z0-9]$/.test(text);
}

/** What follows `[extra, other]`; undefined when the brackets are wrong. */
function withoutExtras(text: string): string | undefined {
  if (!text.startsWith('[')) return text;
  const end = text.indexOf(']');
  const inside = text.slice(1, end).trim();
  const right = end > 0 && (inside === '' || inside.split(',').every((extra) => isName(extra.trim())));
  return right ? text.slice(end + 1).trim() : undefined;
}

/** Whether a text is `>=1,<2` or `(>=1,<2)` or nothing, with a marker behind it or not. */
function areVersions(text: string): boolean {
  const semicolon = text.indexOf(';');
  const versions = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
  if (semicolon !== -1 && !isMarker(text.slice(semicolon + 1))) return false;
  const bare = versions.startsWith('(') && versions.endsWith(')') ? versions.slice(1, -1) : versions;
  if (bare.trim() === '') return versions === '';
  const clauses = bare.split(',').map((clause) => clause.trim());
  if (clauses.at(-1) === '') clauses.pop();
  return clauses.length > 0 && clauses.every((clause) => versionClause.test(clause));
}

/** A marker's own grammar is the resolver's matter. */
function isMarker(text: string): boolean {
  return text.trim() !== '' && !text.includes(';') && !text.includes('--');
}

/** The name that a requirement line asks for, normalised; undefined for options and bare addresses. */
export function packageOf(text: string): string | undefined {
  return parseRequirement(text)?.name;
}
