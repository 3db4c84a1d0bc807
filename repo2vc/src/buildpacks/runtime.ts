import { Failure } from '../failure.ts';

/** What runtime.txt says: `python-3.12`, `r-4.4-2025-01-01`, `r-2025-01-01`. */
interface Runtime {
  readonly name: string;
  readonly version?: string;
  readonly date?: string;
}

/** Reads runtime.txt as repo2docker does: name, then version, date, or both. Failure `invalid-runtime`. */
export function parseRuntime(text: string, path: string): Runtime {
  const line = text.replace(/^\uFEFF/, '').trim();
  const match =
    /^(?<name>[^\s-]+)-(?:(?<version>[^\s-]+)|(?<date>\d{4}-\d\d-\d\d)|(?<both>[^\s-]+-\d{4}-\d\d-\d\d))$/.exec(
      line,
    );
  const { name, version, date, both } = match?.groups ?? {};
  if (name === undefined) throw invalidRuntime(path, line, 'it must name a language and a version');
  if (both) return { name, version: both.slice(0, -11), date: both.slice(-10) };
  return { name, ...(version ? { version } : {}), ...(date ? { date } : {}) };
}

/** The Failure for a runtime.txt that cannot be followed; shows its line. */
export function invalidRuntime(path: string, line: string, why: string): Failure {
  const shown = JSON.stringify(line.slice(0, 60));
  return new Failure('invalid-runtime', `${path} cannot be followed: ${why}; found ${shown}.`, {
    hint: 'Write one line such as python-3.12, or remove the file to take any Python.',
    args: { file: path, line: line.slice(0, 60), why },
  });
}
