import { Failure } from '../../../failure.ts';
import type { ExecEnd } from '../../../io/docker/exec.ts';
import type { ExecOptions, JobView } from '../../types.ts';
import { execInHome, execOnNode, type Target } from './programs.ts';
import { scriptCommand } from './scripts.ts';

/** Starts a job; see NodeConnection.startJob. */
export async function startJob(
  target: Target,
  name: string,
  argv: readonly string[],
  options: Pick<ExecOptions, 'cwd' | 'env'>,
): Promise<void> {
  const command = await jobCommand(target, 'start', name, argv);
  const result = await execOnNode(target, { ...options, argv: command });
  if (!/^(started|running)\n$/.test(result.stdout.toString())) throw notDone(target, name, 'started', result);
}

/** How a job is doing; see NodeConnection.job. */
export async function viewJob(target: Target, name: string): Promise<JobView> {
  const result = await execInHome(target, { argv: await jobCommand(target, 'view', name) });
  return viewIn(target, name, result);
}

/** The end of what a job printed; see NodeConnection.jobLog. */
export async function readJobLog(target: Target, name: string, maxBytes: number): Promise<string> {
  const argv = await jobCommand(target, 'log', name, [String(maxBytes)]);
  return (await execInHome(target, { argv }, { maxBytes })).stdout.toString('utf8');
}

/** Ends a job; see NodeConnection.stopJob. */
export async function stopJob(target: Target, name: string): Promise<void> {
  const result = await execInHome(target, { argv: await jobCommand(target, 'stop', name) });
  if (viewIn(target, name, result).state === 'running') throw notDone(target, name, 'ended', result);
}

async function jobCommand(
  { tag }: Target,
  action: 'start' | 'view' | 'stop' | 'log',
  name: string,
  args: readonly string[] = [],
): Promise<string[]> {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) throw new Error(`no name for a job: ${name}`);
  return scriptCommand('container-job.sh', [action, `${tag.home}/.repo2vc/jobs`, name, ...args]);
}

function viewIn(target: Target, name: string, result: ExecEnd): JobView {
  const [state, code] = result.stdout.toString().trim().split(' ');
  if (state === 'ended') return { state, code: Number(code) };
  if (state === 'absent' || state === 'running' || state === 'lost') return { state };
  throw notDone(target, name, 'looked at', result);
}

function notDone({ tag }: Target, name: string, what: string, result: ExecEnd): Failure {
  const said = `${result.stdout}${result.stderr}`.trim().slice(-500);
  return new Failure(
    'job-failed',
    `Job ${name} of ${tag.node} could not be ${what} (${result.code}): ${said}`,
    {
      hint: `See what is wrong with its node: docker inspect repo2vc-${tag.cluster}.${tag.node}`,
      retryable: true,
      args: { node: tag.node },
    },
  );
}
