import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokerNode } from '../../repo2vc/src/clusters/broker.ts';
import type { ExecOptions, ExecResult, NodeConnection } from '../../repo2vc/src/clusters/types.ts';
import { exitCodeOf, readFrom, run } from '../../repo2vc/src/io/processes.ts';

/** A folder that plays a node of a cluster for a broker: programs run in it, files are copied to and from it. */
export function localNode(name: string, home: string): BrokerNode {
  const connect = async (signal: AbortSignal) => {
    const env = { PATH: process.env.PATH, HOME: home };
    const exec = async (argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> => {
      const { cwd = '.', env: added, ...rest } = options;
      const result = await run(argv, { ...rest, cwd: join(home, cwd), env: { ...env, ...added }, signal });
      return { ...result, code: exitCodeOf(result) };
    };
    const connection: Pick<NodeConnection, 'exec' | 'put' | 'get'> = {
      exec,
      put: async (tar, directory) => {
        mkdirSync(join(home, directory), { recursive: true });
        const result = await run(['tar', '-x', '-C', join(home, directory)], { env, input: tar, signal });
        if (result.code !== 0) throw new Error(result.stderr.toString());
      },
      get: async (directory, paths) => {
        const tar = ['tar', '-c', '--no-recursion', '-C', join(home, directory), '--', ...paths];
        return readFrom(tar, { env, signal });
      },
    };
    return connection as NodeConnection;
  };
  return { name, role: name.replace(/-\d+$/, ''), address: '127.77.0.1', connect };
}
