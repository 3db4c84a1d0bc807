import { dirname, join, posix } from 'node:path';
import type { Context } from '../../context.ts';
import { readIfThere } from '../../io/files.ts';
import { run } from '../../io/processes.ts';
import type { Notebook } from '../../notebooks/read.ts';

/** What an environment template's requirements are made of. */
export interface Packages {
  /** Files of the environment by name; `requirements.txt` is among them. */
  readonly files: Readonly<Record<string, string>>;
  /** Modules that the notebook imports and that are packages, so that a step can try them. */
  readonly modules: readonly string[];
  /** Modules that the notebook imports and that no package here has, where no requirements.txt names the packages. */
  readonly missing: readonly string[];
}

/** What an environment must have so that the notebook can be opened in it. */
const jupyter = { jupyterlab: '4.6.4', ipykernel: '7.3.0' };
/** The newest that still take Python 3.9. */
const olderJupyter = { jupyterlab: '4.5.0', ipykernel: '6.31.0' };

/**
 * The packages that a notebook needs: those of the requirements.txt beside it; else what it imports, in the versions
 * that are installed here.
 */
export async function packagesFor(path: string, notebook: Notebook, context: Context): Promise<Packages> {
  const folder = dirname(path);
  const imports = importsOf(notebook);
  const minor = pythonOf(notebook);
  const installed = await installedHere(imports, folder, minor, context);
  const text = await readIfThere(join(folder, 'requirements.txt'));
  const needed = neededIn(installed?.versions ?? {}, minor);
  const files =
    text === undefined
      ? { 'requirements.txt': written(posix.basename(notebook.name), installed, needed) }
      : await existing(folder, text, needed);
  const missing = text === undefined ? (installed?.unknown ?? []) : [];
  return { files, modules: installed?.found ?? [], missing };
}

/** The Python that the notebook's kernel was, as `3.12`; undefined when the notebook does not say. */
export function pythonOf({ metadata }: Notebook): string | undefined {
  const info = metadata.language_info as { version?: unknown } | undefined;
  return /^3\.\d+/.exec(typeof info?.version === 'string' ? info.version : '')?.[0];
}

/** Top-level names of the modules that the code cells import. */
function importsOf({ cells }: Notebook): string[] {
  const code = cells.filter((cell) => cell.type === 'code').flatMap((cell) => cell.source.split('\n'));
  const names = code.flatMap((line) => {
    const from = /^\s*from\s+([A-Za-z_]\w*)[\w.]*\s+import\b/.exec(line)?.[1];
    const list = /^\s*import\s+([^#;]+)/.exec(line)?.[1] ?? '';
    const modules = list.split(',').map((item) => /^\s*([A-Za-z_]\w*)/.exec(item)?.[1] ?? '');
    return from === undefined ? modules : [from];
  });
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

interface Installed {
  /** Imported modules that are packages here. */
  readonly found: readonly string[];
  /** Imported modules that nobody here knows. */
  readonly unknown: readonly string[];
  /** Versions by package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Only looks packages up: nothing is imported, nothing of the notebook is run. */
const question = `
import importlib.metadata, json, sys
asked = json.load(sys.stdin)
packages = importlib.metadata.packages_distributions()
known = [name for name in asked["modules"] if name not in sys.stdlib_module_names]
found = [name for name in known if name in packages]
names = {packages[name][0] for name in found} | {name for name in asked["packages"] if name in packages.get(name, [])}
json.dump({
  "version": "%d.%d" % sys.version_info[:2],
  "found": found,
  "unknown": [name for name in known if name not in packages],
  "versions": {name: importlib.metadata.version(name) for name in sorted(names)},
}, sys.stdout)
`;

/** Asks the notebook's own Python, if it is on the PATH, which packages its imports are. */
async function installedHere(
  imports: readonly string[],
  folder: string,
  minor: string | undefined,
  { environment, signal }: Context,
): Promise<Installed | undefined> {
  const own = await Promise.all(imports.map((name) => isBeside(folder, name)));
  const modules = imports.filter((_, index) => !own[index]);
  const input = JSON.stringify({ modules, packages: Object.keys(jupyter) });
  for (const python of [...(minor ? [`python${minor}`] : []), 'python3', 'python']) {
    const options = { cwd: '/', env: environment, input, signal, timeoutMs: 30_000 };
    const result = await run([python, '-c', question], options).catch(() => undefined);
    if (result?.code !== 0) continue;
    const answer = JSON.parse(result.stdout.toString('utf8')) as Installed & { version: string };
    if (minor === undefined || answer.version === minor) return answer;
  }
  return undefined;
}

/** Whether a module is the experiment's own: a file or a package beside the notebook. */
async function isBeside(folder: string, module: string): Promise<boolean> {
  const paths = [join(folder, `${module}.py`), join(folder, module, '__init__.py')];
  const texts = await Promise.all(paths.map(readIfThere));
  return texts.some((text) => text !== undefined);
}

function neededIn(
  versions: Readonly<Record<string, string>>,
  minor: string | undefined,
): Record<string, string> {
  const defaults = minor !== undefined && Number(minor.slice(2)) < 10 ? olderJupyter : jupyter;
  const entries = Object.entries(defaults).map(([name, version]) => [name, versions[name] ?? version]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function written(
  notebook: string,
  installed: Installed | undefined,
  needed: Readonly<Record<string, string>>,
): string {
  const pinned = Object.entries({ ...needed, ...installed?.versions }).sort(([a], [b]) => (a < b ? -1 : 1));
  const unknown = installed?.unknown ?? [];
  return [
    `# The packages that ${notebook} needs, each with its version, one per line.`,
    '# jupyterlab and ipykernel open and run the notebook in the environment.',
    ...pinned.map(([name, version]) => `${name}==${version}`),
    ...(installed ? [] : ['# Add what the notebook imports, for example: numpy==2.2.6']),
    ...(unknown.length > 0
      ? [`# Imported by the notebook but not installed here: ${unknown.join(', ')}`]
      : []),
    '',
  ].join('\n');
}

/** The requirements that are there, with the files they include, and with what opens the notebook. */
async function existing(
  folder: string,
  text: string,
  needed: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const files: Record<string, string> = { 'requirements.txt': text };
  const included = text.matchAll(/^\s*(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)/gm);
  for (const [, path = ''] of included) {
    const name = posix.normalize(path);
    const content = /^(\.\.)?\//.test(name) ? undefined : await readIfThere(join(folder, name));
    if (content !== undefined) files[name] = content;
  }
  const all = Object.values(files).join('\n');
  const missing = Object.entries(needed).filter(([name]) => !new RegExp(`^\\s*${name}\\b`, 'im').test(all));
  // Where one line has a hash, every line must.
  if (missing.length === 0 || all.includes('--hash')) return files;
  const lines = missing.map(([name, version]) => `${name}==${version}\n`).join('');
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  files['requirements.txt'] = `${text}${end}# Open and run the notebook in the environment.\n${lines}`;
  return files;
}
