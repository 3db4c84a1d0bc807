import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command, type EventLine, type Person } from './cli.ts';

// A front of its own, as small as one can be: it drives runs through their files alone, and knows nothing of the
// engine but the names of the files and where the command is.

export interface Need {
  readonly kind: string;
  readonly hash?: string;
}

/** One run, seen through its folder. */
export interface RunClient {
  readonly id: string;
  readonly folder: string;
  /** Starts an owner; gives its process. */
  start(...options: readonly string[]): ChildProcess;
  /** All events so far. */
  events(): EventLine[];
  /** Waits until an event fulfils the condition, beginning after `seq`. */
  attach(until: (event: EventLine) => boolean, seq?: number): Promise<EventLine>;
  needs(): Need[];
  answer(more: Record<string, unknown>): void;
  cancel(): void;
  /** Whether a living process owns the run. */
  isOwned(): boolean;
  value(name: string): unknown;
}

/** Makes a run by writing its two files. */
export function createRun(person: Person, request: object, answers: object = {}): RunClient {
  const id = `r-20260101-${randomBytes(3).toString('hex')}`;
  const folder = join(person.state, 'runs', id);
  mkdirSync(folder, { recursive: true });
  write(join(folder, 'answers.json'), { schemaVersion: 1, ...answers });
  write(join(folder, 'request.json'), { schemaVersion: 1, ...request });
  return openRun(person, id);
}

/** The one run that a person has, as soon as it is made. */
export async function onlyRun(person: Person): Promise<RunClient> {
  const folder = join(person.state, 'runs');
  for (;;) {
    const ids = existsSync(folder) ? readdirSync(folder) : [];
    if (ids.length > 1) throw new Error(`there are ${ids.length} runs`);
    if (ids[0] && existsSync(join(folder, ids[0], 'request.json'))) return openRun(person, ids[0]);
    await sleep(5);
  }
}

/** Opens a run that somebody made. */
export function openRun(person: Person, id: string): RunClient {
  const folder = join(person.state, 'runs', id);
  const value = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
  const events = () => {
    const path = join(folder, 'events.ndjson');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as EventLine);
  };
  const attach = async (until: (event: EventLine) => boolean, seq = 0) => {
    for (let seen = seq; ; await sleep(10)) {
      const fresh = events().filter((event) => event.seq > seen);
      const found = fresh.find(until);
      if (found) return found;
      const last = fresh.at(-1);
      if (last && isEnd(last)) throw new Error(`the run ended: ${JSON.stringify(last)}`);
      seen = last?.seq ?? seen;
    }
  };
  const isOwned = () => {
    const locks = readdirSync(folder).filter((name) => name.startsWith('lock.'));
    const newest = locks.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1])).at(-1);
    if (!newest) return false;
    const { pid, released } = value(newest) as { pid: number; released: boolean };
    return !released && existsSync(`/proc/${pid}`);
  };
  return {
    id,
    folder,
    value,
    events,
    attach,
    isOwned,
    start: (...options) =>
      spawn(process.execPath, [command, 'runs', 'resume', id, '--log-format', 'json', ...options], {
        env: person.environment,
        stdio: 'ignore',
        detached: true,
      }),
    needs: () =>
      existsSync(join(folder, 'needs.json')) ? (value('needs.json') as { needs: Need[] }).needs : [],
    answer: (more) => write(join(folder, 'answers.json'), { ...(value('answers.json') as object), ...more }),
    cancel: () => writeFileSync(join(folder, 'cancel'), ''),
  };
}

function isEnd(event: EventLine): boolean {
  return ['run-finished', 'run-failed', 'run-canceled'].includes(event.code);
}

function write(path: string, value: object): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value));
  renameSync(`${path}.tmp`, path);
}
