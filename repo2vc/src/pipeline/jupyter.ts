import type { NodeConnection, NodeEndpoint } from '../clusters/types.ts';
import type { Context } from '../context.ts';
import { isFailure } from '../failure.ts';
import type { Environments } from '../model/index.ts';
import { type JupyterServer, waitForServer } from '../notebooks/server.ts';

/** A Jupyter server that is to run on a node as a job. */
export interface ServerJob {
  readonly name: string;
  readonly program: 'jupyter-server' | 'jupyter-lab';
  /** What the environment's image wants its programs to be started by. */
  readonly wrapper: readonly string[];
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
): Promise<JupyterServer & NodeEndpoint> {
  const token = context.random(48);
  // Jupyter Server reads the file itself; neither its arguments nor its environment hold the token.
  const env = { ...job.env, JUPYTER_TOKEN_FILE: await connection.putSecret(`${job.name}-token`, token) };
  const program = {
    running: async () => (await connection.job(job.name)).state === 'running',
    log: () => connection.jobLog(job.name),
  };
  for (let attempt = 1; ; attempt++) {
    await connection.stopJob(job.name);
    const bind = await connection.listen();
    const server = { ...(await connection.endpoint(bind.port)), basePath: job.basePath, token };
    await connection.startJob(job.name, argvOf(job, bind, connection.home), { cwd: job.root, env });
    try {
      await waitForServer(server, program, context);
      return server;
    } catch (error) {
      if (!(isFailure(error) && error.code === 'port-taken' && attempt < 3)) throw error;
    }
  }
}

/** What an environment wants its servers to be started by; nothing for most. */
export function wrapperOf({ environments }: Environments, name: string | undefined): readonly string[] {
  const environment = name === undefined ? undefined : environments[name];
  return environment?.builder === 'image' ? environment.entrypoint : [];
}

function argvOf(job: ServerJob, bind: { address: string; port: number }, home: string): string[] {
  return [
    ...job.wrapper,
    // Not `python -m`: that would look for modules among the experiment's own files first.
    ...[job.program, '--no-browser'],
    // A node without isolation runs as whoever runs repo2vc; an image may want root.
    '--allow-root',
    ...[`--ServerApp.ip=${bind.address}`, `--ServerApp.port=${bind.port}`, '--ServerApp.port_retries=0'],
    // Reached by a loopback address, whatever it listens on: a page of somebody else's name is refused.
    '--ServerApp.allow_remote_access=False',
    ...[`--ServerApp.base_url=${job.basePath}`, `--ServerApp.root_dir=${home}/${job.root}`],
    ...job.args,
  ];
}
