import { Failure } from '../../failure.ts';
import type { EnvironmentLock, EnvironmentSpec } from '../../model/index.ts';

type Requirement = EnvironmentSpec['requirements'][number];

/** A package as the resolver pinned it. A requirement that names an address has that instead of a version. */
export interface Pinned {
  readonly name: string;
  readonly version?: string;
  readonly url?: string;
  readonly hashes: readonly string[];
}

const beginsLikeRequirement =
  /^(?:https?:\/\/|[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\]\s*)?(?:$|[@=<>!~;(#]|--hash=))/;

/** The Failure for a requirement that a prefix cannot honour, naming the line and the way out. Pure. */
export function refusalOf(requirement: Requirement): Failure | undefined {
  const text = requirement.text.trim();
  const refuse = (why: string, hint: string) => {
    const shown = withoutCredentials(text);
    return new Failure('requirement-not-supported', `${placeOf(requirement)}: "${shown}" ${why}.`, {
      hint,
      args: { file: requirement.file ?? '', line: requirement.line ?? 0, text: shown },
    });
  };
  if (/^(?:-e\b|--editable\b)|\b(?:git|hg|svn|bzr)\+/.test(text)) {
    return refuse(
      'names a version-control system or an editable install',
      'Name a release, or the https address of an archive of that commit.',
    );
  }
  if (/:\/\/[^/\s]*@/.test(text)) {
    return new Failure(
      'credentials-in-requirement',
      `${placeOf(requirement)}: the address holds credentials.`,
      {
        hint: 'Take them out of the file; they are published with it. Hosts of packages that ask for a login read ~/.netrc.',
        args: { file: requirement.file ?? '', line: requirement.line ?? 0 },
      },
    );
  }
  if (text.startsWith('-')) {
    return refuse('is an option of pip', 'Only requirements can be rebuilt; take the option out.');
  }
  if (text.includes('${')) {
    return refuse('reads an environment variable', 'Write the value itself.');
  }
  if (/\bfile:/.test(text) || !beginsLikeRequirement.test(text)) {
    return refuse(
      'is neither a package name nor an https address',
      'Name a package, or the https address of one.',
    );
  }
  return undefined;
}

/** Where a requirement stands, as a person knows it. */
export function placeOf(requirement: Requirement): string {
  if (!requirement.file) return 'A requirement that repo2vc adds';
  return requirement.line ? `${requirement.file}, line ${requirement.line}` : requirement.file;
}

function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, '//***@');
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
  return [...line.matchAll(/--hash=(\S+)/g)].flatMap((match) => match[1] ?? []).sort();
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

/** The requirement lines that install exactly this and nothing else. Pure. */
export function renderPinned(pinned: readonly Pinned[]): string {
  return pinned
    .map((one) => {
      const what = one.url ? `${one.name} @ ${one.url}` : `${one.name}==${one.version}`;
      return `${what} ${one.hashes.map((hash) => `--hash=${hash}`).join(' ')}\n`;
    })
    .join('');
}

/** The packages of a lock: what was pinned, with the versions that `uv pip list --format json` found. Pure. */
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
  return normalized(/^[A-Za-z0-9._-]+/.exec(text.trim())?.[0] ?? '');
}

/** PEP 503. */
function normalized(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}
