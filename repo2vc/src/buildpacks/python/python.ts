import { Failure } from '../../failure.ts';
import type { EnvironmentSpec, Reason } from '../../model/index.ts';
import { unsupported } from '../refused/refused.ts';
import { invalidRuntime, parseRuntime } from '../runtime.ts';
import type { Buildpack, Files } from '../types.ts';
import { filesOf, requirementsOf } from './requirements.ts';

const requirementsFile = 'requirements.txt';
const runtimeFile = 'runtime.txt';

/** Read by other tools, and by repo2docker no more than here. */
const ignored = [
  'pixi.toml',
  'uv.lock',
  'poetry.lock',
  'conda-lock.yml',
  'renv.lock',
  'Manifest.toml',
  'install.R',
  'pyproject.toml',
  'docker-compose.yml',
];

/** Python packages from requirements.txt, and the Python of runtime.txt. */
export const python: Buildpack = {
  name: 'python',
  detect: async (files) => {
    const runtime = await files.text(runtimeFile);
    if (runtime !== undefined) pythonOf(runtime);
    const isPackage = !files.binder && (await packageFile(files));
    const applies = files.has(requirementsFile) || runtime !== undefined || isPackage;
    if (!applies) return undefined;
    if (isPackage) throw ownPackage(isPackage);
    await refuseSystemParts(files);
    const reads = files.has(requirementsFile)
      ? await filesOf(requirementsFile, (path) => files.text(path))
      : [];
    return {
      reasons: ignored.filter((file) => files.has(file)).map(ignoredFile),
      reads: [...reads.filter((file) => files.has(file)), ...(runtime === undefined ? [] : [runtimeFile])],
    };
  },
  plan: (texts): EnvironmentSpec => {
    const runtime = texts[runtimeFile];
    return {
      kind: 'python',
      python: runtime === undefined ? 'any' : pythonOf(runtime),
      requirements: Object.hasOwn(texts, requirementsFile) ? requirementsOf(requirementsFile, texts) : [],
    };
  },
};

/** The minor that runtime.txt asks for; `python-3` is any. A third number is left out, as repo2docker leaves it out. */
function pythonOf(text: string): EnvironmentSpec['python'] {
  const { name, version } = parseRuntime(text);
  const line = text.trim();
  if (name !== 'python') throw invalidRuntime(line, 'only Python can be had');
  const [, major, minor] = /^(\d+)(?:\.(\d+))?(?:\.\d+)?$/.exec(version ?? '') ?? [];
  if (major !== '3') throw invalidRuntime(line, 'it must name a version of Python 3');
  return minor === undefined ? 'any' : [`3.${Number(minor)}`];
}

/** The file that makes the repository itself a package, which repo2docker would install. */
async function packageFile(files: Files): Promise<string | undefined> {
  if (files.has('setup.py')) return 'setup.py';
  const pyproject = (await files.text('pyproject.toml')) ?? '';
  const tables = ['project', 'build-system'].map((table) => new RegExp(`^\\s*\\[${table}\\]`, 'm'));
  return tables.every((table) => table.test(pyproject)) ? 'pyproject.toml' : undefined;
}

function ownPackage(file: string): Failure {
  return new Failure(
    'specification-unsupported',
    `${file} makes this repository a Python package that would have to be installed from its source, and this ` +
      'version of repo2vc cannot do that.',
    {
      hint: 'Put a requirements.txt into binder/: then the root folder is not looked at.',
      args: { file },
    },
  );
}

/** What repo2docker does beside installing packages, and a folder of packages cannot hold. */
async function refuseSystemParts(files: Files): Promise<void> {
  const apt = ((await files.text('apt.txt')) ?? '').replace(/#.*$/gm, '').trim();
  if (apt !== '') throw unsupported('apt.txt', 'system packages');
  if (files.has('postBuild')) throw unsupported('postBuild', 'commands');
  if (files.has('start')) throw unsupported('start', 'a start script');
}

function ignoredFile(file: string): Reason {
  return { code: 'file-ignored', args: { file } };
}
