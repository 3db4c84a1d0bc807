import { Failure } from '../failure.ts';

/**
 * Checks a path that somebody else chose (a record's key, an entry of an archive, a name in a repository) before
 * anything is written under it, and gives it without `./`. Refused: what leads out of its folder, what cannot lie on
 * every disk, and control characters, with which two listings of files could be made to look alike.
 */
export function safeRelativePath(path: string, source: string): string {
  const why = objection(path);
  if (why) {
    throw new Failure(
      'unsafe-path',
      `${source} has a file whose name is not safe: ${JSON.stringify(path.slice(0, 200))} ${why}.`,
      {
        hint: 'Nothing of it was kept. Tell whoever published it.',
        args: { source, path: path.slice(0, 200), why },
      },
    );
  }
  return path.replace(/^(\.\/)+/, '');
}

function objection(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > 1024) return 'is longer than 1024 bytes';
  if (path.includes('\0')) return 'contains a NUL character';
  if (path.includes('\\')) return 'contains a backslash';
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(path)) return 'contains control characters';
  if (path.startsWith('/') || /^[A-Za-z]:\//.test(path)) return 'is absolute';
  const parts = path.replace(/^(\.\/)+/, '').split('/');
  if (parts.includes('..')) return 'leads out of its folder';
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty part';
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return 'has a part longer than 255 bytes';
  return undefined;
}

/**
 * Makes a check for the names of one set of files, to be asked for every one of them. Refused: a name twice, and a
 * name that is a file here and a folder there; with `foldCase` also names that differ by case alone, which would fall
 * together on other computers.
 */
export function distinctPaths(source: string, foldCase: boolean): (path: string, folder?: boolean) => void {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  const fold = (path: string) => (foldCase ? path.normalize('NFC').toLowerCase() : path);
  const clash = (path: string, other: string) =>
    new Failure('unsafe-path', `${source} has two files that would fall together: ${other} and ${path}.`, {
      hint: 'Nothing of it was kept. Tell whoever published it.',
      args: { source, path, other },
    });
  return (path, folder = false) => {
    const parts = path.split('/');
    for (let length = 1; length < parts.length + (folder ? 1 : 0); length++) {
      const parent = parts.slice(0, length).join('/');
      const other = files.get(fold(parent)) ?? folders.get(fold(parent));
      if (other !== undefined && (other !== parent || files.has(fold(parent)))) throw clash(path, other);
      folders.set(fold(parent), parent);
    }
    if (folder) return;
    const other = files.get(fold(path)) ?? folders.get(fold(path));
    if (other !== undefined) throw clash(path, other);
    files.set(fold(path), path);
  };
}
