/** The words of what every provider runs on its nodes in the same way. */

/** Unpacks the tar on standard input into a folder below the home, which is made. */
export function unpackWords(directory: string): string[] {
  const script =
    'umask 022 && mkdir -p -- "$1" && exec tar --extract --no-same-owner --file=- --directory="$1"';
  return ['sh', '-c', script, 'sh', `./${directory}`];
}

/** Packs those files of a folder that `packInput` names; those that are gone are left out. */
export function packWords(directory: string): string[] {
  // A second name of a file is a file of its own at home.
  const options = [
    '--no-recursion',
    '--hard-dereference',
    '--ignore-failed-read',
    '--null',
    '--files-from=-',
  ];
  return ['tar', '--create', '--file=-', `--directory=./${directory}`, ...options];
}

/** What `packWords` reads. */
export function packInput(paths: readonly string[]): string {
  return paths.map((path) => `./${path}\0`).join('');
}

/** A name that can be that of a file of ours; another is a fault of ours. */
export function plainName(name: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name)) throw new Error(`no plain name: ${name}`);
  return name;
}

/** What libraries that start threads are told: a node with half a processor still sees all of them. */
export function threadVariables(threads: number): Record<string, string> {
  const names = ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR', 'RAYON', 'NUMBA'].map((name) => `${name}_NUM_THREADS`);
  return Object.fromEntries([...names, 'VECLIB_MAXIMUM_THREADS'].map((name) => [name, String(threads)]));
}
