import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { baseImages } from './base-image.mjs';
import { runIdsOf } from './belongings.ts';
import { testCache } from './context.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The built command. */
export const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');

/** The experiments that everybody gets with repo2vc. */
export const examples = join(root, 'examples');

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
  /** Their settings.yaml. */
  readonly settings: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Starts a command and does not wait. */
  start(args: readonly string[], options?: StartOptions): Started;
  /** Runs a command to its end. */
  type(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /** Runs a command that must succeed with `--log-format json`; gives its result. */
  result(args: readonly string[], options?: StartOptions): Promise<Record<string, unknown>>;
  /** Ends their commands, then what a failed test left of their clusters, and removes their folder. */
  leave(): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Words before the command: what starts it, instead of Node. */
  readonly through?: readonly string[];
  /** In a process group of its own. */
  readonly detached?: boolean;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output or error holds the text; rejects when the command ends without. */
  said(text: string): Promise<string>;
}

/** What a person has. */
export interface PersonOptions {
  /** The container engine of the tests: without it there is none for them, and everything runs as processes. */
  readonly containers?: boolean;
}

/** A person for one whole test file, in a new folder; whoever makes one lets them leave. */
export function newPerson(options?: PersonOptions): Person {
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-cli-'));
  chmodSync(folder, 0o755); // programs of another user, on nodes, must get through
  return personIn(folder, options);
}

/** A person for one test, who knows these archives, and leaves when the test has finished. */
export function stranger(...archives: readonly ServedArchive[]): Person {
  const person = newPerson();
  onTestFinished(person.leave);
  tellOf(person, archives);
  return person;
}

/** Writes the settings of a person who knows these archives, as it would be done for one on another computer. */
function tellOf(person: Person, archives: readonly ServedArchive[]): void {
  const entries = archives.map(({ origin, doiPrefix }, index) => ({
    name: `there-${index + 1}`,
    origin,
    doiPrefixes: [doiPrefix],
  }));
  writeSettings(person.settings, { archives: entries });
}

/** JSON is YAML. Where no registry can be reached, images are built on one that tests make. */
function writeSettings(path: string, settings: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ ...settings, containers: { baseImages } }));
}

/** A person whose files lie in `folder`; environments are shared between tests, because they are dear to make. */
export function personIn(folder: string, { containers = false }: PersonOptions = {}): Person {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const { XDG_RUNTIME_DIR: _runtime, CI: _ci, SSH_CONNECTION: _ssh, ...inherited } = process.env;
  const noEngine = { DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}` };
  const environment: NodeJS.ProcessEnv = {
    ...inherited,
    ...(containers ? {} : noEngine),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: testCache(),
  };
  const children = new Set<ChildProcess>();
  const start = (args: readonly string[], options: StartOptions = {}) => {
    const [program = '', ...before] = options.through ?? [process.execPath];
    const child = spawn(program, [...before, command, ...args], {
      cwd: options.cwd ?? home,
      env: { ...environment, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: options.detached ?? false,
    });
    children.add(child);
    child.stdin.on('error', () => undefined); // a command that ends without reading it
    child.stdin.end(options.input ?? '');
    return watch(child, args);
  };
  const type = (args: readonly string[], options: StartOptions = {}) => start(args, options).ended;
  const result = async (args: readonly string[], options: StartOptions = {}) => {
    const ended = await type([...args, '--log-format', 'json'], options);
    if (ended.code !== 0) throw new Error(`${args.join(' ')} ended with ${ended.code}\n${ended.stderr}`);
    return JSON.parse(ended.stdout) as Record<string, unknown>;
  };
  const state = join(folder, 'state', 'repo2vc');
  const settings = join(folder, 'config', 'repo2vc', 'settings.yaml');
  writeSettings(settings, {});
  const person = { folder, state, settings, environment, start, type, result };
  const leave = async () => {
    for (const child of children) child.kill('SIGKILL');
    // by name, because others of this owner may be at work with the same engine
    for (const id of containers ? runIdsOf(person) : []) await type(['clusters', 'destroy', id, '--discard']);
    if (existsSync(join(state, 'nodes')))
      await type(['clusters', 'sweep', '--all', '--yes'], { env: noEngine });
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...person, leave };
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
      void ended.then(({ code, stderr }) =>
        reject(new Error(`${args.join(' ')} ended with ${code}\n${stderr}`)),
      );
    });
  return { child, ended, said };
}

/** An archive that is served for as long as a test file runs. */
export interface ServedArchive {
  readonly origin: string;
  readonly doiPrefix: string;
  stop(): Promise<void>;
}

/** Serves an archive of the person's own. */
export async function serveArchive(person: Person): Promise<ServedArchive> {
  const started = person.start(['archive', 'serve', '--dir', join(person.folder, 'archive')]);
  const text = await started.said('Ctrl-C');
  const origin = /open at (\S+)/.exec(text)?.[1] ?? '';
  const doiPrefix = /DOIs begin with (\S+)/.exec(text)?.[1] ?? '';
  const stop = async () => {
    started.child.kill('SIGTERM');
    await started.ended;
  };
  return { origin, doiPrefix, stop };
}

/** A copy of one of the examples, in the person's own folder; gives its path. */
export function copyExample(person: Person, name: string): string {
  const path = join(person.folder, name);
  cpSync(join(examples, name), path, { recursive: true });
  return path;
}

/** Publishes a folder and gives the DOI of the experiment's record, or of the only one. */
export async function publishExample(person: Person, folder: string): Promise<string> {
  const published = await person.result(['publish', folder, '--to', 'local', '--yes']);
  const { deposit } = published as unknown as { deposit: { records: { doi: string }[] } };
  return deposit.records.at(-1)?.doi ?? '';
}

/** What a stranger finds: an experiment that was published, in an archive that is open. */
export interface Published {
  readonly author: Person;
  readonly archive: ServedArchive;
  readonly doi: string;
  /** Closes the archive, and removes all that is the author's. */
  end(): Promise<void>;
}

/** Publishes one of the examples for a whole test file. */
export function publishedExample(name = 'one-node'): Promise<Published> {
  return publishedFolder((folder) => cpSync(join(examples, name), folder, { recursive: true }));
}

/** Publishes, for a whole test file, a folder that `write` fills. */
export async function publishedFolder(write: (folder: string) => void): Promise<Published> {
  const author = newPerson();
  const archive = await serveArchive(author);
  const folder = join(author.folder, 'work');
  write(folder);
  const doi = await publishExample(author, folder);
  const end = async () => {
    await archive.stop();
    await author.leave();
  };
  return { author, archive, doi, end };
}

/** What `--log-format json` printed: the result, the events, and the failure if there was one. */
export function readJson(ended: Ended) {
  const lines = ended.stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const failure = lines.find((line) => 'failure' in line)?.failure as
    | { code: string; message: string; hint?: string; args: Record<string, unknown> }
    | undefined;
  const events = lines.filter((line) => 'seq' in line) as unknown as EventLine[];
  const result = ended.stdout === '' ? undefined : (JSON.parse(ended.stdout) as Record<string, unknown>);
  return { result, events, failure };
}

/** One event, as a machine reads it. */
export interface EventLine {
  readonly seq: number;
  readonly time: string;
  readonly step?: string;
  readonly code: string;
  readonly args: Record<string, unknown>;
}
