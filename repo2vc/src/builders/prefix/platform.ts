import { machine, platform } from 'node:os';
import type { Context } from '../../context.ts';
import { run } from '../../io/processes.ts';
import type { Platform } from '../../model/index.ts';

/**
 * What packages must fit on this computer. The C library is asked of the system's own programs: Node's diagnostic
 * report knows it too, but looks up the names of every open connection first.
 */
export async function platformOf(context: Context): Promise<Platform> {
  return { os: platform(), architecture: machine(), libc: await libc(context) };
}

async function libc(context: Context): Promise<string> {
  const glibc = /^glibc (\d+\.\d+)/.exec(await say(['getconf', 'GNU_LIBC_VERSION'], context))?.[1];
  if (glibc) return `glibc-${glibc}`;
  const musl = /musl[\s\S]*?Version (\d+\.\d+)/.exec(await say(['ldd', '--version'], context))?.[1];
  return musl ? `musl-${musl}` : 'unknown';
}

async function say(argv: readonly string[], context: Context): Promise<string> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  try {
    const { stdout, stderr } = await run(argv, { env, cwd: '/', signal: context.signal, timeoutMs: 20_000 });
    return `${stdout.toString('utf8')}\n${stderr.toString('utf8')}`;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return '';
  }
}
