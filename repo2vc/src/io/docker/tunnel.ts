import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import type { EngineAddress } from './address.ts';

/** An engine that can be dialled. */
export type DialledAddress = EngineAddress & { readonly reach: { readonly by: 'unix' | 'tcp' } };

const patienceMs = 30_000;

/**
 * Runs ssh, and removes the folder of its socket when it has ended. That is when nobody holds the other end of our
 * standard input any more: cat, on the other computer, ends with it, however we ended.
 */
const keeper = `
folder=$1
shift
exec 3<&0
ssh "$@" <&3 3<&- &
ssh=$!
exec 0</dev/null 3<&-
trap 'kill "$ssh"' TERM
wait "$ssh"
code=$?
wait "$ssh"
/bin/rm -rf -- "$folder"
exit "$code"
`;

/**
 * The address to dial: for `ssh`, a socket of our own that the person's OpenSSH leads to the engine's, with their
 * configuration, agent and known hosts. `ended` is called when that connection has ended.
 */
export async function reachable(
  { host, reach }: EngineAddress,
  context: Context,
  ended: () => void,
): Promise<DialledAddress> {
  if (reach.by !== 'ssh') return { host, reach };
  const folder = await mkdtemp(join(tmpdir(), 'repo2vc-ssh-'));
  const socketPath = join(folder, 'docker.sock');
  const port = reach.port === undefined ? [] : ['-p', reach.port];
  const options = ['-T', '-o', 'BatchMode=yes', '-o', 'ExitOnForwardFailure=yes', ...port];
  const forward = ['-L', `${socketPath}:${reach.socketPath}`];
  const ssh = [...options, ...forward, '--', reach.destination, 'cat'];
  const child = spawn('/bin/sh', ['-c', keeper, 'sh', folder, ...ssh], {
    env: context.environment as NodeJS.ProcessEnv,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const kill = () => child.kill();
  child.once('close', ended);
  context.signal.addEventListener('abort', kill, { once: true });
  await opened(child, socketPath, host, context).catch((error: unknown) => {
    kill();
    throw error;
  });
  context.signal.removeEventListener('abort', kill);
  letGo(child);
  return { host, reach: { by: 'unix', socketPath } };
}

/** Returns when ssh has made the socket. */
async function opened(
  child: ChildProcess,
  socketPath: string,
  host: string,
  context: Context,
): Promise<void> {
  let said = '';
  let failed: Error | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  child.once('error', (error) => {
    failed = error;
  });
  const until = context.clock.now().getTime() + patienceMs;
  while (!failed && child.exitCode === null && context.clock.now().getTime() < until) {
    if (await stat(socketPath).catch(() => undefined)) return;
    await context.clock.sleep(20, context.signal);
  }
  const why = failed?.message ?? said.trim().split('\n').at(-1) ?? '';
  throw new Failure(
    'no-engine',
    `The computer of the container engine at ${host} was not reached. ${why}`.trim(),
    {
      hint: `See whether you get there without being asked for anything: ssh -o BatchMode=yes ${host} docker info`,
      args: { host },
      ...(failed && { cause: failed }),
    },
  );
}

/** From now on it does not keep this process alive. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.();
}
