import { posix } from 'node:path';
import { Failure } from '../../failure.ts';
import type { PythonSpec, Reason } from '../../model/index.ts';
import { isBinderFolder, pathIn } from '../folders.ts';
import { invalidRuntime, parseRuntime } from '../runtime.ts';
import type { Buildpack, Files } from '../types.ts';
import { unsupported } from '../unsupported.ts';
import { filesOf, requirementsOf } from './requirements.ts';

const requirementsFile = 'requirements.txt';
const runtimeFile = 'runtime.txt';

/** Read by other tools, and not here. */
const ignored = [
  'pixi.toml',
  'uv.lock',
  'poetry.lock',
  'conda-lock.yml',
  'renv.lock',
  'Manifest.toml',
  'install.R',
  'docker-compose.yml',
];

/** Python packages from requirements.txt, and the Python of runtime.txt. */
export const python = {
  name: 'python',
  detect: async (files: Files) => {
    const runtime = await files.text(runtimeFile);
    if (runtime !== undefined) pythonOf(runtime, pathIn(files, runtimeFile));
    const ownPackage = await packageFile(files);
    if (ownPackage) throw needsInstalling(pathIn(files, ownPackage));
    await refuseSystemParts(files);
    const listed = files.has(requirementsFile);
    if (!listed && runtime === undefined) return undefined;
    const reads = listed ? await filesOf(requirementsFile, (path) => files.text(path)) : [];
    return {
      reasons: [...ignored.filter((file) => files.has(file)), ...(await pyprojectParts(files))].map((name) =>
        ignoredFile(pathIn(files, name)),
      ),
      reads: [...reads.filter((file) => files.has(file)), ...(runtime === undefined ? [] : [runtimeFile])],
    };
  },
  plan: (texts: Readonly<Record<string, string>>, folder: string): PythonSpec => {
    const runtime = posix.join(folder, runtimeFile);
    const requirements = posix.join(folder, requirementsFile);
    return {
      kind: 'python',
      python: Object.hasOwn(texts, runtime) ? pythonOf(texts[runtime] ?? '', runtime) : 'any',
      requirements: Object.hasOwn(texts, requirements) ? requirementsOf(requirements, texts) : [],
    };
  },
} satisfies Buildpack;

/** The minor that runtime.txt asks for; `python-3` is any. A third number is left out, as repo2docker leaves it out. */
function pythonOf(text: string, path: string): PythonSpec['python'] {
  const { name, version } = parseRuntime(text, path);
  const line = text.trim();
  if (name !== 'python') throw invalidRuntime(path, line, 'only Python can be had');
  const [, major, minor] = /^(\d+)(?:\.(\d+))?(?:\.\d+)?$/.exec(version ?? '') ?? [];
  if (major !== '3') throw invalidRuntime(path, line, 'it must name a version of Python 3');
  return minor === undefined ? 'any' : [`3.${Number(minor)}`];
}

/** The file that makes the repository itself a package, which repo2docker would install. */
async function packageFile(files: Files): Promise<string | undefined> {
  if (isBinderFolder(files.folder)) return undefined;
  const pyproject = (await files.text('pyproject.toml')) ?? '';
  const tables = ['project', 'build-system'].map((table) => new RegExp(`^[ \\t]*\\[${table}\\]`, 'm'));
  if (tables.every((table) => table.test(pyproject))) return 'pyproject.toml';
  return files.has('setup.py') ? 'setup.py' : undefined;
}

/** A pyproject.toml plays no part, nor does the Python that it asks for, of which a person is told by name. */
async function pyprojectParts(files: Files): Promise<string[]> {
  const text = await files.text('pyproject.toml');
  if (text === undefined) return [];
  const wanted = /^[ \t]*requires-python[ \t]*=[ \t]*["']([^"'\n]{1,60})["']/m.exec(text)?.[1];
  return ['pyproject.toml', ...(wanted ? [`pyproject.toml: requires-python ${wanted}`] : [])];
}

function needsInstalling(file: string): Failure {
  return new Failure(
    'specification-unsupported',
    `${file} makes its folder a Python package that would have to be installed from its source, and this version ` +
      'of repo2vc cannot do that.',
    {
      hint: 'Put a requirements.txt into a folder binder/: then the top folder is not looked at.',
      args: { file },
    },
  );
}

/** What repo2docker does beside installing packages, and a folder of packages cannot hold. */
async function refuseSystemParts(files: Files): Promise<void> {
  const apt = ((await files.text('apt.txt')) ?? '').replace(/#.*$/gm, '').trim();
  if (apt !== '') throw unsupported(pathIn(files, 'apt.txt'), 'system packages');
  if (files.has('postBuild')) throw unsupported(pathIn(files, 'postBuild'), 'commands');
  if (files.has('start')) throw unsupported(pathIn(files, 'start'), 'a start script');
}

function ignoredFile(file: string): Reason {
  return { code: 'file-ignored', args: { file } };
}
