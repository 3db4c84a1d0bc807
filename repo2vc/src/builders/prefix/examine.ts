import type { Context } from '../../context.ts';
import { type RunResult, run } from '../../io/processes.ts';
import { type Finding, fine, note, type PythonSpec, problem, problemFrom } from '../../model/index.ts';
import { mend } from '../problems.ts';
import { oldestUv, uvVersion } from '../uv-wheel.ts';
import { chooseInterpreter } from './interpreter.ts';
import { uvSettings } from './settings.ts';
import { findUv, type Uv } from './uv.ts';

const anyPython: PythonSpec = { kind: 'python', python: 'any', requirements: [] };

const installPip = 'sudo apt-get install python3-pip';
/** What shows from where packages are to come. */
const showSettings = 'python3 -m pip config list';

/** Looks at Python, pip, uv and the way to the package index, as a build would meet them. */
export async function examine(context: Context): Promise<readonly Finding[]> {
  const pip = await pipVersion(context);
  const uv = await findUv(context);
  const index = await examineIndex(uv, pip !== undefined, context);
  return [await examinePython(context), examinePip(pip, uv), examineUv(uv, pip), index];
}

async function examinePython(context: Context): Promise<Finding> {
  try {
    const { version, path } = await chooseInterpreter('', anyPython, context);
    return fine('python', 'python-found', `Python ${version} at ${path}.`, { version, path });
  } catch (error) {
    return problemFrom('python', error, 'sudo apt-get install python3 python3-pip');
  }
}

function examinePip(version: string | undefined, uv: Uv | undefined): Finding {
  if (version) return fine('pip', 'pip-found', `pip ${version}.`, { version });
  return uv
    ? note('pip', 'pip-missing', 'There is no pip; uv does without it.', {}, installPip)
    : problem('pip', 'pip-missing', 'There is no pip, which would fetch uv.', {}, installPip);
}

function examineUv(uv: Uv | undefined, pip: string | undefined): Finding {
  if (uv) {
    const { version, path } = uv;
    return fine('uv', 'uv-found', `uv ${version} at ${path}.`, { version, path });
  }
  const args = { version: uvVersion, oldest: oldestUv };
  const missing = `There is no uv ${oldestUv} or newer`;
  if (pip) {
    const message = `${missing}; version ${uvVersion} will be fetched when it is needed.`;
    return fine('uv', 'uv-will-be-fetched', message, args);
  }
  return problem('uv', 'uv-missing', `${missing}, and no pip to fetch it.`, args, installPip);
}

/** Asks the index for one small package, with the very settings that a build has. */
async function examineIndex(uv: Uv | undefined, pip: boolean, context: Context): Promise<Finding> {
  try {
    const asked = uv ? await askByUv(uv, context) : pip ? await askByPip(context) : undefined;
    if (asked?.code === 0) return fine('packages', 'packages-reachable', 'The package index answers.');
    const said = asked ? `${asked.stderr.toString('utf8')}${asked.stdout.toString('utf8')}` : '';
    const known = mend(said, 'a trial');
    if (known) return problemFrom('packages', known, showSettings);
    const last = said.trim().split('\n').at(-1) ?? '';
    const message = `Whether the package index answers could not be found out. ${last}`.trim();
    return note('packages', 'packages-unknown', message, { said: last }, showSettings);
  } catch (error) {
    return problemFrom('packages', error, showSettings);
  }
}

async function askByUv(uv: Uv, context: Context): Promise<RunResult> {
  const { variables, flags } = await uvSettings(context);
  const env = { ...variables, UV_HTTP_TIMEOUT: '10', UV_HTTP_RETRIES: '0' };
  const argv = [
    uv.path,
    'pip',
    'compile',
    '--no-cache',
    '--no-deps',
    '--no-build',
    '--system',
    ...flags,
    '-',
  ];
  return run(argv, { env, cwd: '/', input: 'pip\n', signal: context.signal, timeoutMs: 60_000 });
}

async function askByPip(context: Context): Promise<RunResult> {
  const argv = ['python3', '-m', 'pip', 'index', 'versions', 'uv', '--retries', '0', '--timeout', '10'];
  return run(argv, { env: context.environment, cwd: '/', signal: context.signal, timeoutMs: 60_000 });
}

async function pipVersion(context: Context): Promise<string | undefined> {
  const argv = ['python3', '-m', 'pip', '--version'];
  const options = { env: context.environment, cwd: '/', signal: context.signal, timeoutMs: 60_000 };
  const result = await run(argv, options).catch((error: unknown) => {
    if (context.signal.aborted) throw error;
    return undefined;
  });
  return /^pip (\S+)/.exec(result?.stdout.toString('utf8') ?? '')?.[1];
}
