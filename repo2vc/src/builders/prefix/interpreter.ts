import { readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { codeOf } from '../../io/files.ts';
import { run } from '../../io/processes.ts';
import { type Interpreter, type PythonSpec, parserOf } from '../../model/index.ts';
import { baseVariables } from './settings.ts';
import { obtainUv, pythonMissing, type Uv } from './uv.ts';

const parseInterpreter = parserOf<Interpreter>('target.schema.json#/$defs/Interpreter');

/**
 * What an interpreter says of itself. Its path is that of the installation itself, so that neither a virtual
 * environment nor a link that is moved later stands between.
 */
const question = `
import json, os, platform, sys
name = 'python%d.%d' % sys.version_info[:2]
base = os.path.join(sys.base_prefix, 'bin', name)
path = base if os.access(base, os.X_OK) else sys.executable
print(json.dumps({
  'implementation': sys.implementation.name, 'version': platform.python_version(),
  'path': os.path.realpath(path), 'basePrefix': sys.base_prefix,
}))
`;

/** The interpreter of this computer that serves a spec best, or the Failure that says how to get one. */
export async function chooseInterpreter(
  name: string,
  spec: PythonSpec,
  context: Context,
): Promise<Interpreter> {
  if (spec.python === 'any') return ask('python3', context);
  const uv = await obtainUv(context);
  const env = { ...baseVariables(context), PATH: await searchPath(context) };
  for (const minor of spec.python) {
    const path = await findMinor(uv, minor, env, context);
    if (path) return ask(path, context);
  }
  throw await versionMissing(name, spec.python, uv, env, context);
}

async function ask(python: string, context: Context): Promise<Interpreter> {
  const options = { env: context.environment, cwd: '/', signal: context.signal, timeoutMs: 60_000 };
  const result = await run([python, '-I', '-c', question], options).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw pythonMissing();
    throw error;
  });
  if (result.code === 0) return parseInterpreter(JSON.parse(result.stdout.toString('utf8')), python);
  throw new Failure(
    'python-broken',
    `${python} does not run: ${result.stderr.toString('utf8').slice(-400).trim()}`,
    {
      hint: 'Repair or remove this Python, then run the same command again.',
    },
  );
}

async function findMinor(uv: Uv, minor: string, env: Record<string, string>, context: Context) {
  const argv = [uv.path, 'python', 'find', '--no-project', '--system', '--resolve-links', `cpython@${minor}`];
  const result = await run(argv, { env, cwd: '/', signal: context.signal, timeoutMs: 60_000 });
  return result.code === 0 ? result.stdout.toString('utf8').trim() : undefined;
}

/**
 * The PATH to search, where pyenv's shims are replaced by what they stand for: a shim of a version that is not
 * switched on fails, which uv takes for a broken Python and searches no further.
 */
async function searchPath(context: Context): Promise<string> {
  const folders = (context.environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'));
  const searched = await Promise.all(
    folders.map(async (folder) => {
      if (!folder.endsWith('/shims')) return [folder];
      const versions = join(dirname(folder), 'versions');
      const names = await readdir(versions).catch(() => []);
      return names.map((version) => join(versions, version, 'bin'));
    }),
  );
  return searched.flat().join(delimiter);
}

async function versionMissing(
  name: string,
  wanted: readonly string[],
  uv: Uv,
  env: Record<string, string>,
  context: Context,
): Promise<Failure> {
  const argv = [uv.path, 'python', 'list', '--only-installed', '--output-format', 'json'];
  const result = await run(argv, { env, cwd: '/', signal: context.signal, timeoutMs: 60_000 });
  const there = result.code === 0 ? versionsIn(result.stdout.toString('utf8')) : [];
  const has = there.length > 0 ? `this computer has ${there.join(', ')}` : 'this computer has none';
  return new Failure(
    'python-version-missing',
    `The environment ${name} needs Python ${wanted.join(' or ')}, and ${has}.`,
    {
      hint: `Run \`${uv.path} python install ${wanted[0] ?? ''}\`, or install that Python in any other way, then run the same command again.`,
      args: { wanted: [...wanted], there },
    },
  );
}

function versionsIn(json: string): string[] {
  const list = JSON.parse(json) as readonly { readonly version?: string }[];
  return [...new Set(list.flatMap((one) => one.version ?? []))];
}
