import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JupyterServer, ServerProgram } from '../../repo2vc/src/notebooks/server.ts';
import { temporaryFolder, testCache } from './context.ts';

/** A prefix with JupyterLab and a Python kernel, made once by uv and kept between runs. */
export function jupyterPrefix(): string {
  const prefix = join(testCache(), 'jupyterlab-4.6.4');
  if (existsSync(prefix)) return prefix;
  const building = mkdtempSync(`${prefix}.`);
  const uv = join(building, 'uv', 'bin', 'uv');
  // Relocatable: its scripts do not name the folder in which they were made.
  const environment = join(building, 'environment');
  runOrThrow('python3', ['-m', 'pip', 'install', '-q', '--target', join(building, 'uv'), 'uv']);
  runOrThrow(uv, ['venv', '-q', '--relocatable', '--python', 'python3', environment]);
  runOrThrow(uv, [
    'pip',
    'install',
    '-q',
    '-p',
    join(environment, 'bin', 'python'),
    'jupyterlab==4.6.4',
    'ipykernel',
  ]);
  try {
    renameSync(environment, prefix);
  } catch {
    // another test file was faster
  }
  rmSync(building, { recursive: true, force: true });
  return prefix;
}

function runOrThrow(file: string, args: readonly string[]): void {
  const result = spawnSync(file, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${file} ${args.join(' ')}: ${result.stderr}`);
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
  const prefix = jupyterPrefix();
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
