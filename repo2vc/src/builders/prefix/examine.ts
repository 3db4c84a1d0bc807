import type { Context } from '../../context.ts';
import { isFailure } from '../../failure.ts';
import { type RunResult, run } from '../../io/processes.ts';
import type { Finding, PythonSpec } from '../../model/index.ts';
import { mend } from '../problems.ts';
import { oldestUv, uvVersion } from '../uv-wheel.ts';
import { chooseInterpreter } from './interpreter.ts';
import { uvSettings } from './settings.ts';
import { findUv, type Uv } from './uv.ts';

const anyPython: PythonSpec = { kind: 'python', python: 'any', requirements: [] };

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
    const message = `Python ${version} at ${path}.`;
    return { topic: 'python', state: 'ok', code: 'python-found', args: { version, path }, message };
  } catch (error) {
    return problem('python', error, 'sudo apt-get install python3 python3-pip');
  }
}

function examinePip(version: string | undefined, uv: Uv | undefined): Finding {
  if (version) {
    return { topic: 'pip', state: 'ok', code: 'pip-found', args: { version }, message: `pip ${version}.` };
  }
  return {
    topic: 'pip',
    state: uv ? 'note' : 'problem',
    code: 'pip-missing',
    args: {},
    message: uv ? 'There is no pip; uv does without it.' : 'There is no pip, which would fetch uv.',
    remedy: 'sudo apt-get install python3-pip',
  };
}

function examineUv(uv: Uv | undefined, pip: string | undefined): Finding {
  if (uv) {
    const { version, path } = uv;
    return {
      topic: 'uv',
      state: 'ok',
      code: 'uv-found',
      args: { version, path },
      message: `uv ${version} at ${path}.`,
    };
  }
  const args = { version: uvVersion, oldest: oldestUv };
  const message = `There is no uv ${oldestUv} or newer; version ${uvVersion} will be fetched when it is needed.`;
  if (pip) return { topic: 'uv', state: 'ok', code: 'uv-will-be-fetched', args, message };
  return {
    topic: 'uv',
    state: 'problem',
    code: 'uv-missing',
    args,
    message: `There is no uv ${oldestUv} or newer, and no pip to fetch it.`,
    remedy: 'sudo apt-get install python3-pip',
  };
}

/** Asks the index for one small package, with the very settings that a build has. */
async function examineIndex(uv: Uv | undefined, pip: boolean, context: Context): Promise<Finding> {
  try {
    const asked = uv ? await askByUv(uv, context) : pip ? await askByPip(context) : undefined;
    if (asked?.code === 0) {
      return {
        topic: 'packages',
        state: 'ok',
        code: 'packages-reachable',
        args: {},
        message: 'The package index answers.',
      };
    }
    const said = asked ? `${asked.stderr.toString('utf8')}${asked.stdout.toString('utf8')}` : '';
    const known = mend(said, 'a trial');
    if (known) return problem('packages', known, showSettings);
    const last = said.trim().split('\n').at(-1) ?? '';
    const message = `Whether the package index answers could not be found out. ${last}`.trim();
    const args = { said: last };
    return {
      topic: 'packages',
      state: 'note',
      code: 'packages-unknown',
      args,
      message,
      remedy: showSettings,
    };
  } catch (error) {
    return problem('packages', error, showSettings);
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

function problem(topic: string, error: unknown, remedy: string): Finding {
  if (!isFailure(error) || error.code === 'interrupted') throw error;
  return { topic, state: 'problem', code: error.code, args: error.args, message: error.message, remedy };
}
