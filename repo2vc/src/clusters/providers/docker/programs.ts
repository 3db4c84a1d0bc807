import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { Context } from '../../../context.ts';
import { isFailure } from '../../../failure.ts';
import type { Docker } from '../../../io/docker/client.ts';
import {
  type ExecCall,
  type ExecEnd,
  type ExecLimits,
  type OpenExec,
  openExec,
  readExec,
  runExec,
} from '../../../io/docker/exec.ts';
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
  return onNode(target, (container) => exec(target, container, program, limits));
}

/** Starts a program on a node, connected to us. Failure `node-lost` when that does not run. */
export async function openOnNode(target: Target, program: Program): Promise<OpenExec> {
  return onNode(target, (container) => openExec(target.docker, callOf(target, container, program), true));
}

/** What a program prints, on a node or beside its files. The program ends when it is not read to its end. */
export async function readInHome(target: Target, program: Program, input: string): Promise<Readable> {
  return inHome(target, (container) =>
    marked(target, container, program, async (call, kill) => {
      const output = await readExec(target.docker, call, input);
      output.once('close', () => {
        if (!output.readableEnded) kill().catch(() => undefined);
      });
      return output;
    }),
  );
}

async function onNode<T>({ tag }: Target, work: (container: string) => Promise<T>): Promise<T> {
  const { cluster, node } = tag;
  try {
    return await work(namesOf(cluster, node).container);
  } catch (error) {
    throw isNotRunning(error) ? nodeLost(cluster, node, 'does not run', error) : error;
  }
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
function callOf({ tag, context }: Target, container: string, { argv, cwd, env }: Program): ExecCall {
  return {
    ...{ container, argv, user: tag.user, cwd: posix.join(tag.home, cwd ?? '.'), signal: context.signal },
    ...(env && { env }),
  };
}

function exec(target: Target, container: string, program: Program, limits: ExecLimits): Promise<ExecEnd> {
  return marked(target, container, program, (call, kill) =>
    runExec(target.docker, call, { ...limits, kill }),
  );
}

/** Closing the connection would leave a program running: its mark finds it, and what it started. */
async function marked<T>(
  target: Target,
  container: string,
  program: Program,
  work: (call: ExecCall, kill: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const mark = ['REPO2VC_EXEC', target.context.random(16)] as const;
  const env = { ...program.env, [mark[0]]: mark[1] };
  const kill = () => endPrograms(target, container, [mark.join('=')]);
  try {
    return await work(callOf(target, container, { ...program, env }), kill);
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
