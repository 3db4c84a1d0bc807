import type { NodeConnection } from '../clusters/types.ts';
import type { Context } from '../context.ts';
import { isFailure } from '../failure.ts';
import { type JupyterServer, waitForServer } from '../notebooks/server.ts';

/** A Jupyter server that is to run on a node as a job. */
export interface ServerJob {
  readonly name: string;
  readonly module: 'jupyter_server' | 'jupyterlab';
  /** The folder that it shows, below the node's home. */
  readonly root: string;
  readonly basePath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a Jupyter server on a node and waits until it answers. One of that name that an interrupted step left is
 * ended first: nobody knows its token any more. A port that somebody else takes meanwhile is given up for another.
 */
export async function startJupyter(
  connection: NodeConnection,
  job: ServerJob,
  context: Context,
): Promise<JupyterServer> {
  const token = context.random(48);
  // Jupyter Server reads the file itself; neither its arguments nor its environment hold the token.
  const env = { ...job.env, JUPYTER_TOKEN_FILE: await connection.putSecret(`${job.name}-token`, token) };
  const program = {
    running: async () => (await connection.job(job.name)).state === 'running',
    log: () => connection.jobLog(job.name),
  };
  for (let attempt = 1; ; attempt++) {
    const { host, port } = await connection.endpoint(await connection.freePort());
    const server = { host, port, basePath: job.basePath, token };
    await connection.stopJob(job.name);
    await connection.startJob(job.name, argvOf(job, server, connection.home), { cwd: job.root, env });
    try {
      await waitForServer(server, program, context);
      return server;
    } catch (error) {
      if (!(isFailure(error) && error.code === 'port-taken' && attempt < 3)) throw error;
    }
  }
}

function argvOf(job: ServerJob, { host, port, basePath }: JupyterServer, home: string): string[] {
  return [
    ...['python', '-m', job.module, '--no-browser'],
    // A node without isolation runs as whoever runs repo2vc.
    '--allow-root',
    ...[`--ServerApp.ip=${host}`, `--ServerApp.port=${port}`, '--ServerApp.port_retries=0'],
    ...[`--ServerApp.base_url=${basePath}`, `--ServerApp.root_dir=${home}/${job.root}`],
    ...job.args,
  ];
}
