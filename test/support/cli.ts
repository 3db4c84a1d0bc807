import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testCache } from './context.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The built command. */
export const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person with folders of their own, who types commands. */
export interface Person {
  readonly folder: string;
  readonly state: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Starts a command and does not wait. */
  start(args: readonly string[], options?: StartOptions): Started;
  /** Runs a command to its end. */
  type(args: readonly string[], options?: StartOptions): Promise<Ended>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output or error holds the text; rejects when the command ends without. */
  said(text: string): Promise<string>;
}

/** A person whose files lie in `folder`; environments are shared between tests, because they are dear to make. */
export function personIn(folder: string): Person {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const { XDG_RUNTIME_DIR: _runtime, CI: _ci, SSH_CONNECTION: _ssh, ...inherited } = process.env;
  const environment: NodeJS.ProcessEnv = {
    ...inherited,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(testCache(), 'cli'),
  };
  const start = (args: readonly string[], options: StartOptions = {}) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: options.cwd ?? home,
      env: { ...environment, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(options.input ?? '');
    return watch(child, args);
  };
  const type = (args: readonly string[], options: StartOptions = {}) => start(args, options).ended;
  return { folder, state: join(folder, 'state', 'repo2vc'), environment, start, type };
}

function watch(child: ChildProcess, args: readonly string[]): Started {
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const all = output.stdout + output.stderr;
        if (!all.includes(text)) return;
        listeners.delete(look);
        resolve(all);
      };
      listeners.add(look);
      look();
      void ended.then(({ code, stderr }) => reject(new Error(`${args.join(' ')} ended with ${code}\n${stderr}`)));
    });
  return { child, ended, said };
}

/** An archive that is served for as long as a test file runs. */
export interface ServedArchive {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves an archive of the person's own. */
export async function serveArchive(person: Person): Promise<ServedArchive> {
  const started = person.start(['archive', 'serve', '--dir', join(person.folder, 'archive')]);
  const text = await started.said('Ctrl-C');
  const origin = /open at (\S+)/.exec(text)?.[1] ?? '';
  const stop = async () => {
    started.child.kill('SIGTERM');
    await started.ended;
  };
  return { origin, stop };
}

/** A copy of one of the examples, in the person's own folder; gives its path. */
export function copyExample(person: Person, name: string): string {
  const path = join(person.folder, name);
  cpSync(join(root, 'examples', name), path, { recursive: true });
  return path;
}

/** Publishes a folder and gives the DOI of the experiment's record, or of the only one. */
export async function publishExample(person: Person, folder: string): Promise<string> {
  const { code, stdout, stderr } = await person.type([
    'publish',
    folder,
    '--to',
    'local',
    '--yes',
    '--log-format',
    'json',
  ]);
  if (code !== 0) throw new Error(stderr);
  const { deposit } = JSON.parse(stdout) as { deposit: { records: { doi: string }[] } };
  return deposit.records.at(-1)?.doi ?? '';
}
