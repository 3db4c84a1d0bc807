import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { codeOf, readIfThere } from '../../../io/files.ts';
import type { ExecOptions, JobView } from '../../types.ts';
import { insideNode, nodeLost, replaceInside } from './inside.ts';
import { endMembers, killMember } from './members.ts';
import { names } from './places.ts';
import { commandLine, type Sandbox } from './sandbox.ts';
import { processIn, sendCommand } from './supervisor.ts';

/** Hands a program to the node's supervisor; see NodeConnection.startJob. */
export async function startJob(
  sandbox: Sandbox,
  name: string,
  argv: readonly string[],
  options: Pick<ExecOptions, 'cwd' | 'env'>,
  context: Context,
): Promise<void> {
  if ((await viewJob(sandbox, name)).state === 'running') return;
  const { place } = sandbox;
  const folder = jobFolder(sandbox, name);
  const command = commandLine(sandbox, argv, {
    ...options,
    env: { ...options.env, REPO2VC_JOB: jobOf(sandbox, name) },
  });
  const script = `umask 022\nexec ${command.map(quoted).join(' ')}\n`;
  const request = `asked-${context.random(12)}`;
  await insideNode(place, async () => {
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await replaceInside(place, join(names.jobs, name, 'run'), script, context);
    await writeFile(join(folder, request), '');
  });
  const sent = await sendCommand(place, `start ${name} ${request}`);
  for (let attempt = 0; sent && attempt < 1000; attempt++) {
    if ((await readIfThere(join(folder, request))) === undefined) return;
    await context.clock.sleep(10, context.signal);
  }
  throw nodeLost(place, 'does not run any more');
}

/** How a job is doing; see NodeConnection.job. */
export async function viewJob(sandbox: Sandbox, name: string): Promise<JobView> {
  const folder = jobFolder(sandbox, name);
  // Looked at before the exit code, which its keeper writes last.
  const keeper = await processIn(join(folder, 'keeper'));
  const code = await readIfThere(join(folder, 'exit'));
  if (code !== undefined) return { state: 'ended', code: Number(code) };
  if (keeper) return { state: 'running' };
  return (await readIfThere(join(folder, 'run'))) === undefined ? { state: 'absent' } : { state: 'lost' };
}

/** The end of what a job printed; see NodeConnection.jobLog. */
export async function readJobLog(sandbox: Sandbox, name: string, maxBytes: number): Promise<string> {
  const folder = jobFolder(sandbox, name);
  const newest = await open(join(folder, 'log')).catch(() => undefined);
  const before = await open(join(folder, 'log.1')).catch(() => undefined);
  try {
    const end = await tail(newest, maxBytes);
    // Between the two looks `log` may have become `log.1`.
    const isSame = newest && before && (await newest.stat()).ino === (await before.stat()).ino;
    const start = isSame ? Buffer.alloc(0) : await tail(before, maxBytes - end.length);
    return Buffer.concat([start, end]).toString('utf8');
  } finally {
    await newest?.close();
    await before?.close();
  }
}

/** Ends a job; see NodeConnection.stopJob. */
export async function stopJob(sandbox: Sandbox, name: string, context: Context): Promise<void> {
  const pid = join(jobFolder(sandbox, name), 'pid');
  // A job that has just been started may have no program yet; its keeper tells when there is none any more.
  for (let attempt = 0; attempt < 500; attempt++) {
    const program = await processIn(pid);
    if (program) killMember(program);
    await endMembers([`REPO2VC_JOB=${jobOf(sandbox, name)}`], context);
    if ((await viewJob(sandbox, name)).state !== 'running') return;
    await context.clock.sleep(10, context.signal);
  }
  throw new Failure('processes-remain', `Job ${name} of ${sandbox.place.node} could not be ended.`, {
    hint: `End all of its node with: repo2vc clusters destroy ${sandbox.place.cluster}`,
    retryable: true,
    args: { node: sandbox.place.node },
  });
}

/** Tells the processes of one job from those of another, also where no namespace does. */
function jobOf(sandbox: Sandbox, name: string): string {
  return `${sandbox.place.cluster}/${sandbox.place.node}/${name}`;
}

function jobFolder(sandbox: Sandbox, name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) throw new Error(`no name for a job: ${name}`);
  return join(sandbox.place.folder, names.jobs, name);
}

async function tail(file: FileHandle | undefined, maxBytes: number): Promise<Buffer> {
  if (!file) return Buffer.alloc(0);
  const { size } = await file.stat();
  const length = Math.max(0, Math.min(size, maxBytes));
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
