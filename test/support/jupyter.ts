import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { chooseInterpreter } from '../../repo2vc/src/builders/prefix/interpreter.ts';
import type { JupyterServer, ServerProgram } from '../../repo2vc/src/notebooks/server.ts';
import { temporaryFolder, testCache, testContext } from './context.ts';
import { buildPrefix, buildTarget, specOf } from './prefix.ts';

/** A prefix with JupyterLab and a Python kernel, built as any other and kept between runs. */
export async function jupyterPrefix(): Promise<string> {
  const own = testContext();
  const context = { ...own, places: { ...own.places, cache: testCache() } };
  const spec = specOf(['jupyterlab==4.6.4', 'ipykernel']);
  const interpreter = await chooseInterpreter('main', spec, context);
  const { prefix } = await buildPrefix(spec, buildTarget(interpreter), context);
  return prefix;
}

export interface TestServer {
  readonly server: JupyterServer;
  readonly program: ServerProgram;
  readonly root: string;
  readonly pid: number;
  /** Ends the server and its kernels at once, as a dying node does. */
  kill(): void;
}

export interface TestServerOptions {
  readonly basePath?: string;
  readonly port?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a Jupyter server as a plain child process; it ends with the test. */
export async function startJupyter(options: TestServerOptions = {}): Promise<TestServer> {
  const prefix = await jupyterPrefix();
  const home = temporaryFolder();
  const root = join(home, 'root');
  mkdirSync(root);
  const token = 'a-token-of-the-test';
  writeFileSync(join(home, 'token'), token, { mode: 0o600 });
  const basePath = options.basePath ?? '/user/me/';
  const host = '127.0.0.1';
  const port = options.port ?? (await freePort());
  const log = join(home, 'log');
  const argv = [
    ...['-m', 'jupyter_server', '--no-browser', '--allow-root', `--ServerApp.ip=${host}`],
    ...[`--ServerApp.port=${port}`, '--ServerApp.port_retries=0', `--ServerApp.base_url=${basePath}`],
    ...[`--ServerApp.root_dir=${root}`, '--ZMQChannelsWebsocketConnection.iopub_data_rate_limit=10000000'],
    ...(options.args ?? []),
  ];
  const child = spawn(join(prefix, 'bin', 'python'), argv, {
    detached: true,
    stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')],
    env: {
      HOME: home,
      PATH: `${join(prefix, 'bin')}:/usr/bin:/bin`,
      JUPYTER_TOKEN_FILE: join(home, 'token'),
      ...options.env,
    },
  });
  const pid = child.pid ?? 0;
  const kill = () => killTree(pid);
  onTestFinished(kill);
  return {
    server: { host, port, basePath, token },
    program: {
      running: async () => child.exitCode === null && child.signalCode === null,
      log: async () => readFileSync(log, 'utf8'),
    },
    root,
    pid,
    kill,
  };
}

/** Kills a process and all its descendants: kernels have sessions of their own. */
export function killTree(pid: number): void {
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout;
  for (const child of children.split('\n').filter((line) => line.trim() !== '')) killTree(Number(child));
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** A TCP port of the loopback interface that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
