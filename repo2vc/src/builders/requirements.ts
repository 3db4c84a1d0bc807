import { Failure } from '../failure.ts';
import type { EnvironmentLock, PythonSpec } from '../model/index.ts';

type Requirement = PythonSpec['requirements'][number];

/** A package as the resolver pinned it. A requirement that names an address has that instead of a version. */
export interface Pinned {
  readonly name: string;
  readonly version?: string;
  readonly url?: string;
  readonly hashes: readonly string[];
}

/** Options of pip that say where packages are and which may be built; they hold for the whole environment. */
const option = /^(?:-i|--index-url|--extra-index-url|-f|--find-links|--only-binary)[=\s]\s*\S/;
const named = /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\]\s*)?(?:$|[@=<>!~;(#]|--hash)/;
const address = /^(?:git\+)?https?:\/\/\S/;

/**
 * The Failure for a requirement that no environment can be built with, naming the line and the way out. What a requirements file
 * may hold is the buildpack's matter; this guards uv, whoever wrote the spec. Pure.
 */
export function refusalOf(requirement: Requirement): Failure | undefined {
  const text = requirement.text.trim();
  const { file = '', line = 0 } = requirement;
  if (/:\/\/[^/\s]*@/.test(text)) {
    return new Failure('credentials-in-requirement', `${placeOf(requirement)}: the address holds a login.`, {
      hint: 'Take it out of the file: it would be published with it.',
      args: { file, line },
    });
  }
  const where = address.exec(/@\s*(\S+)/.exec(text)?.[1] ?? text);
  const known = option.test(text) || where || (named.test(text) && !text.includes('@'));
  if (known && !text.includes('${') && !/\bfile:/.test(text)) return undefined;
  const message = `${placeOf(requirement)}: "${text}" is not a requirement that can be built here.`;
  return new Failure('requirement-not-supported', message, {
    hint: 'Name a package and its version, or the https or git+https address of one.',
    args: { file, line, text },
  });
}

/** The requirements that can only be met by building from source: git addresses, and archives that are no wheels. */
export function builtFromSource(requirements: readonly Requirement[]): string[] {
  return requirements.flatMap(({ text }) => {
    const where = /(?:^|@\s*)((?:git\+)?https?:\/\/[^\s;#]+)/.exec(text.trim())?.[1];
    if (!where || option.test(text.trim())) return [];
    return where.startsWith('git+') || !where.replace(/\?.*$/, '').endsWith('.whl')
      ? [nameOf(text) || where]
      : [];
  });
}

/** Where a requirement stands, as a person knows it. */
export function placeOf(requirement: Requirement): string {
  if (!requirement.file) return 'A requirement that repo2vc adds';
  return requirement.line ? `${requirement.file}, line ${requirement.line}` : requirement.file;
}

/** Reads what `uv pip compile --generate-hashes` prints. Pure. */
export function parseCompiled(text: string): Pinned[] {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parsePinned);
}

function parsePinned(line: string): Pinned {
  const hashes = hashesIn(line);
  const [requirement = ''] = line.split(/\s+--hash=/);
  const byUrl = /^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*@\s*(\S+)/.exec(requirement);
  if (byUrl?.[1] && byUrl[2]) return { name: byUrl[1], url: byUrl[2], hashes };
  const byVersion = /^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*==\s*(\S+)/.exec(requirement);
  if (byVersion?.[1] && byVersion[2]) return { name: byVersion[1], version: byVersion[2], hashes };
  throw new Error(`uv printed a requirement that is not understood: ${line}`);
}

function hashesIn(line: string): string[] {
  return [...line.matchAll(/--hash[= ](\S+)/g)].flatMap((match) => match[1] ?? []).sort();
}

/**
 * Keeps of each package's hashes those that the author pinned, where there are any: the resolver takes the index's word
 * for them. Throws `checksum-mismatch` when the index has no file with such a hash. Pure.
 */
export function keepAuthorsHashes(pinned: readonly Pinned[], requirements: readonly Requirement[]): Pinned[] {
  return pinned.map((one) => {
    const asked = requirements.filter((requirement) => nameOf(requirement.text) === normalized(one.name));
    const wanted = new Set(asked.flatMap((requirement) => hashesIn(requirement.text)));
    if (wanted.size === 0) return one;
    const hashes = one.hashes.filter((hash) => wanted.has(hash));
    if (hashes.length > 0) return { ...one, hashes };
    throw new Failure(
      'checksum-mismatch',
      `${asked[0] ? placeOf(asked[0]) : one.name}: no file of ${one.name} has a hash that is pinned there.`,
      {
        hint: 'The package was changed after the experiment was published, or the index is not to be trusted.',
        args: { package: one.name },
      },
    );
  });
}

/** The requirements file that installs exactly this and nothing else, from where the spec says. Pure. */
export function renderPinned(pinned: readonly Pinned[], requirements: readonly Requirement[]): string {
  const options = requirements.map(({ text }) => text.trim()).filter((text) => option.test(text));
  const lines = pinned.map((one) => {
    const what = one.url ? `${one.name} @ ${one.url}` : `${one.name}==${one.version}`;
    return [what, ...one.hashes.map((hash) => `--hash=${hash}`)].join(' ');
  });
  return `${[...options, ...lines].join('\n')}\n`;
}

/** The packages of a lock: what was pinned, with the versions that were found in the environment. Pure. */
export function lockedPackages(
  pinned: readonly Pinned[],
  installed: readonly { readonly name: string; readonly version: string }[],
): EnvironmentLock['packages'] {
  const versions = new Map(installed.map((one) => [normalized(one.name), one.version]));
  return pinned
    .map((one) => ({
      name: normalized(one.name),
      version: versions.get(normalized(one.name)) ?? one.version ?? '',
      hashes: [...one.hashes],
      ...(one.url ? { url: one.url } : {}),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function nameOf(text: string): string {
  const name = address.test(text.trim()) ? undefined : /^[A-Za-z0-9._-]+/.exec(text.trim())?.[0];
  return normalized(name ?? '');
}

/** PEP 503. */
function normalized(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}
