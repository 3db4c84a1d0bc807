import { open, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { plainUser } from '../../../io/bubblewrap.ts';
import { exitCodeOf, type RunOptions, readFrom, run } from '../../../io/processes.ts';
import { packInput, packWords, plainName, unpackWords } from '../../node-words.ts';
import type { ExecOptions, ExecResult, NodeConnection } from '../../types.ts';
import { addressOf } from './addresses.ts';
import { insideNode, nodeLost } from './inside.ts';
import { readJobLog, startJob, stopJob, viewJob } from './jobs.ts';
import { endMembers } from './members.ts';
import { notStarted } from './not-started.ts';
import type { NodePlace } from './places.ts';
import { commandLine, marksOf, type Sandbox, sandboxOf } from './sandbox.ts';
import { readTag } from './tag.ts';

/** Access to a node whose folder is there; see NodeConnection. */
export async function connectTo(place: NodePlace, context: Context): Promise<NodeConnection> {
  const tag = await readTag(place);
  if (!tag) {
    throw new Failure('node-lost', `Node ${place.node} of ${place.cluster} has no tag that can be read.`, {
      hint: 'See what there is with: repo2vc clusters list',
      args: { node: place.node },
    });
  }
  const sandbox = await sandboxOf(tag, place, context);
  return {
    home: sandbox.home,
    exec: (argv, options) => exec(sandbox, argv, options ?? {}, context),
    startJob: (name, argv, options) => startJob(sandbox, name, argv, options ?? {}, context),
    job: (name) => viewJob(sandbox, name),
    jobLog: (name, maxBytes = 64 * 1024) => readJobLog(sandbox, name, maxBytes),
    stopJob: (name) => stopJob(sandbox, name, context),
    put: (tar, directory) => put(sandbox, tar, directory, context),
    get: async (directory, paths) => get(sandbox, directory, paths, context),
    putSecret: (name, value) => putSecret(sandbox, name, value),
    serve: (name, server) => serve(sandbox, name, server),
    listen: async () => {
      const address = hostOf(sandbox, context);
      return { address, port: await freePortOf(address) };
    },
    endpoint: async (port) => ({ host: hostOf(sandbox, context), port }),
  };
}

async function exec(
  sandbox: Sandbox,
  argv: readonly string[],
  options: Omit<ExecOptions, 'input'> & Pick<RunOptions, 'input'>,
  context: Context,
): Promise<ExecResult> {
  const { cwd, env, ...rest } = options;
  // Without bubblewrap what a program started may have left its process group; its mark finds it.
  const mark = { REPO2VC_EXEC: context.random(16) };
  const command = commandLine(sandbox, argv, { ...(cwd !== undefined && { cwd }), env: { ...env, ...mark } });
  const clean = async () => {
    if (sandbox.tag.isolation === 'none')
      await endMembers([`REPO2VC_EXEC=${mark.REPO2VC_EXEC}`], endless(context));
  };
  try {
    const result = await run(command, {
      ...rest,
      env: hostVariables(sandbox, context),
      signal: context.signal,
    });
    if (result.timedOut) await clean();
    const { stdout, stderr, truncated, timedOut } = result;
    return { code: exitCodeOf(result), stdout, stderr, truncated, timedOut };
  } catch (error) {
    await clean();
    throw notStarted(error, sandbox.tag);
  }
}

/** Cleaning up goes on after the signal has fired. */
function endless(context: Context): Context {
  return { ...context, signal: new AbortController().signal };
}

/** The environment of bubblewrap itself, or of env(1): how it is found, and whose it is. */
function hostVariables(sandbox: Sandbox, context: Context): Record<string, string | undefined> {
  return { PATH: context.environment.PATH, ...marksOf(sandbox.place) };
}

/** tar runs on the node: a symbolic link that a program there made leads nowhere but into the node. */
async function put(sandbox: Sandbox, tar: Readable, directory: string, context: Context): Promise<void> {
  const result = await exec(sandbox, unpackWords(directory), { input: tar }, context);
  if (result.code === 0) return;
  const said = result.stderr.toString().trim().slice(-500);
  const full = said.includes('No space left');
  throw new Failure(
    full ? 'disk-full' : 'copy-failed',
    `Files could not be placed on ${sandbox.place.node}: ${said}`,
    {
      ...(full && { hint: 'Free some space on this disk, then run the same command again.' }),
    },
  );
}

function get(sandbox: Sandbox, directory: string, paths: readonly string[], context: Context): Readable {
  return readFrom(commandLine(sandbox, packWords(directory)), {
    env: hostVariables(sandbox, context),
    input: packInput(paths),
    signal: context.signal,
  });
}

async function putSecret(sandbox: Sandbox, name: string, value: string): Promise<string> {
  const path = join(sandbox.place.volatile, 'secrets', plainName(name));
  await insideNode(sandbox.place, async () => {
    await rm(path, { force: true });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(value);
      const dropped = process.getuid?.() === 0 && sandbox.tag.isolation === 'bubblewrap';
      if (dropped) await file.chown(plainUser, plainUser);
    } finally {
      await file.close();
    }
  });
  return join(sandbox.volatile, 'secrets', name);
}

/**
 * The server listens on a socket that this computer and the node both see. Everybody may connect: the folder around it
 * is closed to all but its node, whose user is not ours.
 */
async function serve(sandbox: Sandbox, name: string, server: Server) {
  const path = join('sockets', plainName(name));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const socket = { path: join(sandbox.place.volatile, path), readableAll: true, writableAll: true };
    server.listen(socket, () => resolve());
  });
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { nodePath: join(sandbox.volatile, path), close };
}

function hostOf(sandbox: Sandbox, context: Context): string {
  const { cluster, node } = sandbox.place;
  const address = addressOf(context.places, cluster, node);
  if (address) return address;
  throw nodeLost(sandbox.place, 'has no address any more');
}

function freePortOf(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
