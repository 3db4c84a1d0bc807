import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { removeTree, translateDiskErrors } from '../../io/files.ts';
import { run } from '../../io/processes.ts';
import type { Interpreter, Platform, PrefixEnvironment, PythonSpec } from '../../model/index.ts';
import { refuseProxyLogins } from '../pip-settings.ts';
import { mend, onlySource } from '../problems.ts';
import { writeRecord } from '../record.ts';
import {
  builtFromSource,
  keepAuthorsHashes,
  lockedPackages,
  type Pinned,
  parseCompiled,
  renderPinned,
} from '../requirements.ts';
import { type Sandbox, sandboxFor, sandboxVariables } from './sandbox.ts';
import { type UvSettings, uvSettings } from './settings.ts';
import { clear, folderOf, letAllRead } from './store.ts';
import { guarded, obtainUv, type Uv } from './uv.ts';

/** What a prefix is built with. */
export interface PrefixTarget {
  readonly platform: Platform;
  readonly interpreter: Interpreter;
  readonly sourceBuilds: boolean;
}

/** What is built, and with what. */
interface Work {
  readonly name: string;
  readonly id: string;
  readonly spec: PythonSpec;
  readonly target: PrefixTarget;
  /** Of this attempt alone. */
  readonly folder: string;
  readonly uv: Uv;
  readonly settings: UvSettings;
  readonly sandbox: Sandbox;
  readonly context: Context;
}

/** Long enough for the largest environments on a slow line; a build that hangs ends nevertheless. */
const deadlineMs = 2 * 60 * 60_000;

/**
 * Builds a prefix: a virtual environment at the place where it stays (its scripts name it), the requirements resolved
 * to versions with hashes, exactly those installed. Only for the owner of the folder's lock.
 */
export async function buildPrefix(
  name: string,
  id: string,
  spec: PythonSpec,
  target: PrefixTarget,
  context: Context,
): Promise<PrefixEnvironment> {
  const home = folderOf(id, context);
  return translateDiskErrors(home, async () => {
    await clear(home);
    // a folder of this attempt alone: a program of an attempt that was killed may still be writing to its own
    const folder = join(home, context.random(8));
    try {
      const work = await prepareWork({ name, id, spec, target, folder, context });
      const environment = await make(work);
      await writeRecord(home, environment);
      return environment;
    } catch (error) {
      await removeTree(folder);
      throw error;
    }
  });
}

async function prepareWork(start: Omit<Work, 'uv' | 'settings' | 'sandbox'>): Promise<Work> {
  const { target, folder, context, spec } = start;
  const sources = target.sourceBuilds ? [] : builtFromSource(spec.requirements);
  if (sources.length > 0) throw onlySource(sources, start.name);
  const uv = await obtainUv(context);
  const settings = await uvSettings(context);
  if (target.sourceBuilds) refuseProxyLogins(settings.variables);
  await mkdir(folder);
  if (!target.sourceBuilds) return { ...start, uv, settings, sandbox: [] };
  const view = { uv: uv.path, interpreter: target.interpreter, folder, variables: settings.variables };
  const sandbox = await sandboxFor(view, context);
  const variables = sandboxVariables(settings.variables, folder);
  return { ...start, uv, settings: { ...settings, variables }, sandbox };
}

async function make(work: Work): Promise<PrefixEnvironment> {
  const { spec, target, folder, id } = work;
  const prefix = join(folder, 'prefix');
  const python = join(prefix, 'bin', 'python');
  const { implementation, version, path, basePrefix } = target.interpreter;
  await uv(work, ['venv', '--no-project', '--python', path, '--prompt', work.name, prefix]);
  const pinned = keepAuthorsHashes(await resolve(work, python), spec.requirements);
  const build = target.sourceBuilds ? [] : ['--no-build'];
  // a commit, which git checks by itself, is the one thing that has no hash beside it
  const hashed = pinned.every((one) => one.hashes.length > 0) ? ['--require-hashes'] : [];
  const exactly = ['--no-deps', ...hashed, '--compile-bytecode', ...build, '-r', '-'];
  if (pinned.length > 0) {
    const argv = ['pip', 'install', '--python', python, ...work.settings.flags, ...exactly];
    await uv(work, argv, renderPinned(pinned, spec.requirements));
  }
  const listed = await uv(work, ['pip', 'list', '--python', python, '--format', 'json']);
  const installed = JSON.parse(listed) as { name: string; version: string }[];
  await removeTree(join(folder, 'uv-cache'));
  await letAllRead(folder);
  const packages = lockedPackages(pinned, installed);
  const lock = {
    schemaVersion: 1 as const,
    interpreter: { implementation, version },
    platform: target.platform,
    packages,
  };
  return { id, builder: 'prefix', prefix, basePrefix, lock };
}

/** The requirements, as versions with hashes. */
async function resolve(work: Work, python: string): Promise<Pinned[]> {
  const { spec, target, settings } = work;
  const lines = spec.requirements.map((requirement) => `${requirement.text}\n`);
  const plain = [
    '--generate-hashes',
    '--no-header',
    '--no-annotate',
    ...(target.sourceBuilds ? [] : ['--no-build']),
  ];
  const argv = ['pip', 'compile', '--python', python, ...settings.flags, ...plain, '-'];
  return parseCompiled(await uv(work, argv, lines.join('')));
}

/**
 * Runs uv to its good end, and gives what it printed; its other stream becomes events. Nothing is passed in files: code
 * that builds packages could put links in their place, which we would follow.
 */
async function uv(work: Work, args: readonly string[], input = ''): Promise<string> {
  const { name, context, folder, settings } = work;
  const result = await run(guarded([...work.sandbox, work.uv.path, ...args]), {
    env: settings.variables,
    cwd: folder,
    input,
    signal: context.signal,
    timeoutMs: deadlineMs,
    onLine: (line, stream) => {
      if (stream === 'stderr') context.emit({ code: 'build-output', args: { name, line } });
    },
  });
  if (result.code === 0) return result.stdout.toString('utf8');
  const said = result.stderr.toString('utf8');
  throw mend(said, `the environment ${name}`) ?? buildFailed(name, said, result.timedOut);
}

function buildFailed(name: string, said: string, timedOut: boolean): Failure {
  const lines = said.trim().split('\n').slice(-40);
  const from = lines.findIndex((line) => line.startsWith('error'));
  const cause = lines.slice(Math.max(from, 0)).join(' ').replaceAll(/\s+/g, ' ').slice(0, 600);
  const why = timedOut ? 'it took longer than two hours' : cause || 'uv was killed';
  return new Failure('build-failed', `The environment ${name} could not be built: ${why}`, {
    hint: 'The output of the build, in the events of the run, says more.',
    args: { name, lines },
  });
}
