import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, Places } from '../context.ts';
import { Failure } from '../failure.ts';
import { readIfThere, translateDiskErrors, writeFileAtomic } from '../io/files.ts';
import { type Answers, canonicalJson, parserOf, type RunRequest } from '../model/index.ts';

/** A run: its id, and the absolute path of the folder that holds everything it made. */
export interface Run {
  readonly id: string;
  readonly folder: string;
}

const parseRequest = parserOf<RunRequest>('request.schema.json');
const parseAnswers = parserOf<Answers>('answers.schema.json');
const checkAnswers = parserOf<Answers>('answers.schema.json', 'invalid-answer');

/**
 * Makes the folder of a new run. From then on it can be started, watched, cancelled and resumed by anybody of this user.
 * Failure `invalid-answer`, with nothing made.
 */
export async function createRun(request: RunRequest, answers: Answers, context: Context): Promise<Run> {
  refuseSecretsIn(request);
  const day = context.clock.now().toISOString().slice(0, 10).replaceAll('-', '');
  const id = `r-${day}-${context.random(6)}`;
  const run = { id, folder: join(await privateRunsFolder(context.places), id) };
  await saveValue(run, 'answers.json', checkAnswers(answers, whatWasSaid), 0o600);
  await saveValue(run, 'request.json', request);
  return run;
}

/**
 * What a person types is written into files and shown again, so no secret may stand in it. Of an address for the web,
 * all that stands before the host is one: a token is often written as a user's name. Failure `secret-in-reference`.
 */
export function refuseSecretsIn(request: RunRequest): void {
  const address = request.kind === 'reproduce' ? request.reference : request.archive;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url) return;
  const named = ['token', 'access_token'].find((name) => url.searchParams.has(name));
  const isWeb = /^https?:$/.test(url.protocol);
  const before =
    url.password !== '' ? 'password' : isWeb && url.username !== '' ? 'user name or token' : named;
  if (before === undefined) return;
  throw new Failure('secret-in-reference', `The address of ${url.host} has a ${before} in it.`, {
    hint:
      before === named
        ? `Leave it out; give your own token with: repo2vc login ${url.origin}`
        : 'Leave it out; git asks its credential helpers for names and passwords: git help credentials',
  });
}

/** Finds a run by its id, or by the beginning of its id when only one run begins so. */
export async function openRun(places: Places, id: string): Promise<Run> {
  const found = (await listRuns(places)).filter((run) => run.id.startsWith(id));
  const exact = found.find((run) => run.id === id) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact;
  throw new Failure(
    'unknown-run',
    found.length > 1 ? `${found.length} runs begin with ${id}.` : `There is no run ${id}.`,
    {
      hint: 'See all runs with: repo2vc runs list',
    },
  );
}

/**
 * All runs, oldest first: by the time of request.json, which is written once, as the last file of a new run. A folder
 * without it is no run: it was cut short.
 */
export async function listRuns(places: Places): Promise<Run[]> {
  const names = await readdir(runsFolder(places)).catch(() => [] as string[]);
  const found = names.map(async (id) => {
    const folder = join(runsFolder(places), id);
    const request = await stat(join(folder, 'request.json')).catch(() => undefined);
    return request && id.startsWith('r-') ? [{ run: { id, folder }, made: request.mtimeMs }] : [];
  });
  const runs = (await Promise.all(found)).flat();
  return runs.sort((a, b) => a.made - b.made || (a.run.id < b.run.id ? -1 : 1)).map(({ run }) => run);
}

function runsFolder(places: Places): string {
  return join(places.state, 'runs');
}

/** Runs hold what a person may read and others may not: restricted records, fetched with their token. */
async function privateRunsFolder(places: Places): Promise<string> {
  const folder = runsFolder(places);
  return translateDiskErrors(folder, async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    return folder;
  });
}

/** How a person is told where a wrong answer stands. */
const whatWasSaid = 'What was answered';

/** What the run was asked to do. */
export async function requestOf(run: Run): Promise<RunRequest> {
  const path = join(run.folder, 'request.json');
  return parseRequest(jsonOf(await readFile(path, 'utf8'), path), path);
}

/** The answers that were given so far. */
export async function answersOf(run: Run): Promise<Answers> {
  return (await loadValue(run, 'answers.json', parseAnswers)) ?? { schemaVersion: 1 };
}

/**
 * Adds answers to those that were given before; the newer wins, lists are joined. What is shown is accepted unseen
 * (`confirmShown`) for the command alone that says so: the next one may show something else. Failure `invalid-answer`.
 */
export async function addAnswers(run: Run, more: Partial<Answers>): Promise<Answers> {
  const { confirmShown: _, ...before } = await answersOf(run);
  const join = <T>(a: readonly T[] = [], b: readonly T[] = []) => [...new Set([...a, ...b])];
  const answers: Answers = {
    ...before,
    ...more,
    schemaVersion: 1,
    parameters: { ...before.parameters, ...more.parameters },
    consents: join(before.consents, more.consents),
    confirmed: join(before.confirmed, more.confirmed),
  };
  await saveValue(run, 'answers.json', checkAnswers(answers, whatWasSaid), 0o600);
  return answers;
}

/** Writes one of the run's values; readers meet the old one or the new one whole. */
export async function saveValue(run: Run, name: string, value: unknown, mode = 0o644): Promise<void> {
  await writeFileAtomic(join(run.folder, name), canonicalJson(value), mode);
}

/** Reads one of the run's values; undefined when it is not there yet. */
export async function loadValue<T>(
  run: Run,
  name: string,
  parse: (data: unknown, source: string) => T,
): Promise<T | undefined> {
  const path = join(run.folder, name);
  const text = await readIfThere(path);
  return text === undefined ? undefined : parse(jsonOf(text, path), path);
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure('invalid-file', `${path} is not valid JSON.`, {
      hint: 'Somebody else wrote it, or the disk lost it. Begin a new run.',
      args: { source: path },
      cause: error,
    });
  }
}

/** Forgets values, so that their steps are done again. */
export async function forgetValues(run: Run, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(run.folder, name), { force: true });
}
