import type { Server } from 'node:http';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { dockerFor } from '../../../io/docker/client.ts';
import type { ClusterId, NodeView } from '../../../model/index.ts';
import { packInput, packWords, plainName, unpackWords } from '../../node-words.ts';
import type { NodeConnection } from '../../types.ts';
import { ownVolatile } from './container.ts';
import { nodeLost } from './failures.ts';
import { readJobLog, startJob, stopJob, viewJob } from './jobs.ts';
import { lookAtNode } from './look.ts';
import { endpointOf, freePortOf } from './ports.ts';
import { execInHome, execOnNode, readInHome, type Target } from './programs.ts';
import { serveOnNode } from './serve.ts';

/** Access to a node of which its container, or only the volume of its home, is there; see NodeConnection. */
export async function connectTo(
  cluster: ClusterId,
  { name: node }: Pick<NodeView, 'name'>,
  context: Context,
): Promise<NodeConnection> {
  const docker = await dockerFor(context);
  const { tag } = await lookAtNode(cluster.id, node, docker, context);
  if (!tag) throw nodeLost(cluster.id, node, 'has ended, or was removed');
  const target: Target = { tag, docker, context };
  return {
    home: tag.home,
    exec: (argv, { cwd, env, ...limits } = {}) =>
      execInHome(target, { argv, ...(cwd !== undefined && { cwd }), ...(env && { env }) }, limits),
    startJob: (name, argv, options = {}) => startJob(target, name, argv, options),
    job: (name) => viewJob(target, name),
    jobLog: (name, maxBytes = 64 * 1024) => readJobLog(target, name, maxBytes),
    stopJob: (name) => stopJob(target, name),
    put: (tar, directory) => put(target, tar, directory),
    get: (directory, paths) => readInHome(target, { argv: packWords(directory) }, packInput(paths)),
    putSecret: (name, value) => putSecret(target, name, value),
    serve: (name, server: Server) => serveOnNode(target, plainName(name), server),
    listen: async () => ({ address: '0.0.0.0', port: await freePortOf(target) }),
    endpoint: (port) => endpointOf(target, port),
  };
}

/** tar runs on the node: a symbolic link that a program there made leads nowhere but into the node. */
async function put(target: Target, tar: Readable, directory: string): Promise<void> {
  const result = await execInHome(target, { argv: unpackWords(directory) }, { input: tar });
  if (result.code === 0) return;
  const said = result.stderr.toString().trim().slice(-500);
  // tar says of a file that has no room what it wrote of it, and not why.
  const full = /No space left|quota exceeded|Wrote only/i.test(said);
  const message = `Files could not be placed on ${target.tag.node}: ${said}`;
  throw new Failure(full ? 'disk-full' : 'copy-failed', message, {
    ...(full && { hint: 'Free some space on the disk of the container engine: docker system df' }),
  });
}

async function putSecret(target: Target, name: string, value: string): Promise<string> {
  const path = posix.join(ownVolatile, plainName(name));
  const script = 'umask 077 && mkdir -p "${1%/*}" && cat >"$1.new" && mv -f "$1.new" "$1"';
  const result = await execOnNode(target, { argv: ['sh', '-c', script, 'sh', path] }, { input: value });
  if (result.code === 0) return path;
  const message = `${name} could not be placed on ${target.tag.node}: ${result.stderr}`;
  throw new Failure('secret-not-placed', message, {
    hint: 'Run the same command again; when it fails again, make the node anew.',
    retryable: true,
  });
}
