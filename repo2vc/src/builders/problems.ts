import { Failure } from '../failure.ts';

/**
 * The Failure for what uv or pip said, when it is one that a person can mend; `about` names what was being made.
 * uv has no codes for its errors, so its sentences are read; what is not understood becomes `build-failed`, which
 * shows them.
 */
export function mend(said: string, about: string): Failure | undefined {
  return diskFull(said, about) ?? unreachable(said, about) ?? unsolvable(flat(said), about);
}

function diskFull(said: string, about: string): Failure | undefined {
  if (!/No space left on device|Disk quota exceeded|os error 28\b|os error 122\b/.test(said))
    return undefined;
  return new Failure('disk-full', `The disk is full: ${about} could not be written.`, {
    hint: 'Free some space where the cache lies, then run the same command again. `repo2vc doctor` shows how much is free.',
  });
}

const noNetwork =
  /error sending request|client error \(Connect\)|dns error|Could not connect|NewConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|ProxyError|SSLError|operation timed out|HTTP status (?:server error|client error \((?:401|403|407|429))/i;

function unreachable(said: string, about: string): Failure | undefined {
  if (!noNetwork.test(said)) return undefined;
  const url = /https?:\/\/[^\s`)'"]+/.exec(said)?.[0]?.replace(/\/\/[^/]*@/, '//');
  return new Failure(
    'packages-unreachable',
    `Packages for ${about} could not be fetched${url ? ` from ${url}` : ''}.`,
    {
      hint: "Check the network and the computer's package settings (`repo2vc doctor`), then run the same command again.",
      retryable: true,
      args: { url: url ?? '' },
    },
  );
}

function unsolvable(said: string, about: string): Failure | undefined {
  const sources = [
    ...said.matchAll(/Wheels are required for `([^`]+)`/g),
    ...said.matchAll(/Building source distributions for `([^`]+)` is disabled/g),
  ].flatMap((match) => match[1] ?? []);
  if (sources.length > 0) return onlySource([...new Set(sources)].sort(), about);
  const missing = /Because ([\w.-]+) was not found in the package registry/.exec(said)?.[1];
  const version = /Because there (?:is|are) no versions? of ([\w.<>=!~,-]+)/.exec(said)?.[1];
  const absent = missing ?? (/[=<>]/.test(version ?? '') && !/And because/.test(said) ? version : undefined);
  if (absent) {
    return new Failure('no-such-package', `For ${about}, the package index has no ${absent}.`, {
      hint: 'Check its spelling and version in the requirements, and which index this computer is set to use.',
      args: { package: absent },
    });
  }
  if (/Hash mismatch for `([^`]+)`/.test(said)) {
    const name = /Hash mismatch for `([^`]+)`/.exec(said)?.[1] ?? '';
    return new Failure(
      'checksum-mismatch',
      `For ${about}, the package index gave a file of ${name} with another hash.`,
      {
        hint: 'The package was changed, or the index is not to be trusted.',
        args: { package: name },
      },
    );
  }
  const why = /No solution found[^\n]*?cause: (.*?)(?: hint: |$)/.exec(said)?.[1];
  if (!why) return undefined;
  return new Failure(
    'requirements-conflict',
    `For ${about}, the requirements contradict each other: ${why.trim().slice(0, 800)}`,
    {
      hint: 'Change the requirements so that one version of each package fits all of them.',
    },
  );
}

/** The failure for packages that have no wheel, where building from source was not allowed. */
export function onlySource(packages: readonly string[], about: string): Failure {
  return new Failure('only-source-distribution', `For ${about}, no wheel fits: ${packages.join(', ')}.`, {
    hint: "Building from source runs code of the package's authors: allow it, or ask for a version with a wheel for this Python.",
    args: { packages },
  });
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
