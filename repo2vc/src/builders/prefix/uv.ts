import { constants } from 'node:fs';
import { access, chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { translateDiskErrors } from '../../io/files.ts';
import { type RunResult, run } from '../../io/processes.ts';
import { mend } from '../problems.ts';
import { oldestUv, uvRequirement, uvVersion } from '../uv-wheel.ts';
import { withLock } from '../with-lock.ts';

/** An uv that can be called. */
export interface Uv {
  readonly path: string;
  readonly version: string;
}

/**
 * Files that uv and pip make can be read by every user whatever our umask is, and neither outlives us where util-linux
 * is there to see to it.
 */
const guard =
  'umask 022; if setpriv --pdeathsig KILL true 2>/dev/null; then exec setpriv --pdeathsig KILL "$@"; fi; exec "$@"';

/** The words for a program that makes files below the cache. */
export function guarded(argv: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', guard, 'sh', ...argv];
}

/** The computer's uv, or the one that was fetched before; undefined when there is none that is new enough. */
export async function findUv(context: Context): Promise<Uv | undefined> {
  const onPath = (context.environment.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of onPath) {
    const uv = await uvAt(join(folder, 'uv'), context);
    if (uv && compareVersions(uv.version, oldestUv) >= 0) return uv;
  }
  return uvAt(join(toolFolder(context), 'bin', 'uv'), context);
}

/** As findUv, but fetches uv through the computer's pip when it must: a pinned version, checked by its hash. */
export async function obtainUv(context: Context): Promise<Uv> {
  const found = await findUv(context);
  if (found) return found;
  const tools = join(context.places.cache, 'tools');
  return withLock(tools, context, async () => {
    const meanwhile = await findUv(context);
    if (meanwhile) return meanwhile;
    await translateDiskErrors(tools, () => installUv(tools, context));
    const uv = await findUv(context);
    if (uv) return uv;
    throw new Failure('uv-not-installed', 'uv was installed by pip, and does not run on this computer.', {
      hint: `Install uv ${oldestUv} or newer so that it is on the PATH.`,
    });
  });
}

async function installUv(tools: string, context: Context): Promise<void> {
  context.emit({ code: 'tool-installing', args: { tool: 'uv', version: uvVersion } });
  for (const name of await readdir(tools)) {
    if (name.startsWith('.uv-')) await rm(join(tools, name), { recursive: true, force: true });
  }
  const work = join(tools, `.uv-${context.random(8)}`);
  try {
    await mkdir(work);
    await chmod(work, 0o755);
    await writeFile(join(work, 'requirements.txt'), uvRequirement);
    await pipInstall(work, context);
    await rename(join(work, 'uv'), toolFolder(context));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function pipInstall(work: string, context: Context): Promise<void> {
  const argv = [
    'python3',
    '-m',
    'pip',
    'install',
    '--target',
    join(work, 'uv'),
    '--no-deps',
    '--require-hashes',
  ];
  const more = [
    '--only-binary',
    ':all:',
    '--no-compile',
    '--retries',
    '2',
    '-r',
    join(work, 'requirements.txt'),
  ];
  // these settings of a person would contradict --target or stop pip outside a virtual environment
  const settings = { PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PIP_NO_INPUT: '1' };
  // what pip leaves in its temporary folder when it is killed goes away with ours
  const env = { ...context.environment, ...settings, TMPDIR: work };
  const options = { env, cwd: work, signal: context.signal, timeoutMs: 15 * 60_000 };
  const result = await run(guarded([...argv, ...more]), options);
  if (result.code === 0) return;
  throw pipFailure(result);
}

function pipFailure(result: RunResult): Failure {
  const said = `${result.stderr.toString('utf8')}\n${result.stdout.toString('utf8')}`;
  if (
    /python3: not found|exec: python3|No such file or directory.*python3|failed to execute python3/i.test(
      said,
    )
  ) {
    return pythonMissing();
  }
  if (/No module named '?pip\b/.test(said)) {
    return new Failure(
      'pip-missing',
      'uv is not on this computer, and neither is pip, which could fetch it.',
      {
        hint: 'Run `sudo apt-get install python3-pip`, or install uv so that it is on the PATH.',
      },
    );
  }
  const last = said.trim().split('\n').slice(-10);
  return (
    mend(said, 'uv') ??
    new Failure(
      'uv-not-installed',
      `pip could not install uv ${uvVersion}: ${last.join(' ').slice(0, 600)}`,
      {
        hint: `Install uv ${oldestUv} or newer so that it is on the PATH.`,
        args: { lines: last },
      },
    )
  );
}

/** The failure for a computer without Python. */
export function pythonMissing(): Failure {
  return new Failure('python-missing', 'There is no python3 on this computer.', {
    hint: 'Run `sudo apt-get install python3 python3-pip`, then the same command again.',
  });
}

function toolFolder(context: Context): string {
  return join(context.places.cache, 'tools', `uv-${uvVersion}`);
}

async function uvAt(path: string, context: Context): Promise<Uv | undefined> {
  try {
    await access(path, constants.X_OK);
    const options = { env: context.environment, cwd: '/', signal: context.signal, timeoutMs: 20_000 };
    const { stdout } = await run([path, '--version'], options);
    const version = /^uv (\d+\.\d+\.\d+)/.exec(stdout.toString('utf8'))?.[1];
    return version ? { path, version } : undefined;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return undefined;
  }
}

/** Orders versions of three numbers. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
