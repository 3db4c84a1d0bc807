import { createHash } from 'node:crypto';

/** JSON with sorted keys, two spaces and a final newline: the same value gives the same bytes everywhere. */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(value, sortKeys, 2)}\n`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** SHA-256, in hexadecimal, of the parts one after the other. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Names a set of files by their content. It is the SHA-256 of what `sha256sum` prints for the files in the byte order
 * of their names, so anybody can check it: `LC_ALL=C; sha256sum -- * | sha256sum`.
 */
export function contentIdOf(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  const sorted = [...files].sort(byPath);
  return hashOf(sorted.map((file) => `${file.sha256}  ${file.path}\n`).join(''));
}

/** The byte order of paths. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}
