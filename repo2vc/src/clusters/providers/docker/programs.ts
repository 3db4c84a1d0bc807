import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { Context } from '../../../context.ts';
import { isFailure } from '../../../failure.ts';
import type { Docker } from '../../../io/docker/client.ts';
import { type ExecCall, type ExecEnd, type ExecLimits, readExec, runExec } from '../../../io/docker/exec.ts';
import { nodeLost } from './failures.ts';
import { openReader } from './reader.ts';
import { scriptCommand } from './scripts.ts';
import { type NodeTag, namesOf } from './tag.ts';

/** A node on which programs are to be run. */
export interface Target {
  readonly tag: NodeTag;
  readonly docker: Docker;
  readonly context: Context;
}

/** A program. */
export interface Program {
  readonly argv: readonly string[];
  /** Relative to the home. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How long programs that are not wanted any more may take to end. */
const patienceMs = 10_000;

/** Runs a program on a node, or, when that does not run, beside its files. */
export async function execInHome(
  target: Target,
  program: Program,
  limits: ExecLimits = {},
): Promise<ExecEnd> {
  return inHome(target, (container) => exec(target, container, program, limits));
}

/** Runs a program on a node. Failure `node-lost` when that does not run. */
export async function execOnNode(
  target: Target,
  program: Program,
  limits: ExecLimits = {},
): Promise<ExecEnd> {
  const { cluster, node } = target.tag;
  try {
    return await exec(target, namesOf(cluster, node).container, program, limits);
  } catch (error) {
    throw isNotRunning(error) ? nodeLost(cluster, node, 'does not run', error) : error;
  }
}

/** What a program prints, on a node or beside its files. */
export async function readInHome(target: Target, program: Program, input: string): Promise<Readable> {
  return inHome(target, (container) => readExec(target.docker, callOf(target, container, program), input));
}

async function inHome<T>(target: Target, work: (container: string) => Promise<T>): Promise<T> {
  const { tag, docker, context } = target;
  try {
    return await work(namesOf(tag.cluster, tag.node).container);
  } catch (error) {
    if (!isNotRunning(error)) throw error;
    return work(await openReader(tag, docker, context));
  }
}

const isNotRunning = (error: unknown) => isFailure(error) && error.code === 'not-running';

/** How the engine is asked for a program. */
export function callOf({ tag, context }: Target, container: string, { argv, cwd, env }: Program): ExecCall {
  return {
    ...{ container, argv, user: tag.user, cwd: posix.join(tag.home, cwd ?? '.'), signal: context.signal },
    ...(env && { env }),
  };
}

/** Closing the connection would leave a program running: its mark finds it, and what it started. */
async function exec(
  target: Target,
  container: string,
  program: Program,
  limits: ExecLimits,
): Promise<ExecEnd> {
  const mark = ['REPO2VC_EXEC', target.context.random(16)] as const;
  const env = { ...program.env, [mark[0]]: mark[1] };
  const kill = () => endPrograms(target, container, [mark.join('=')]);
  try {
    return await runExec(target.docker, callOf(target, container, { ...program, env }), { ...limits, kill });
  } catch (error) {
    if (!isNotRunning(error)) await kill().catch(() => undefined);
    throw error;
  }
}

/** Ends the programs with this mark, or all of the node's user; also when we were told to stop. */
export async function endPrograms(target: Target, container: string, mark: readonly string[]): Promise<void> {
  const { docker, tag } = target;
  const argv = await scriptCommand('container-end.sh', mark);
  const signal = AbortSignal.timeout(patienceMs);
  await runExec(docker, { container, argv, user: tag.user, cwd: '/', signal }, {});
}
