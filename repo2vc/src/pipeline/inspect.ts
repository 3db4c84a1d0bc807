import type { Places } from '../context.ts';
import { Failure } from '../failure.ts';
import type { PublishRequest } from '../model/index.ts';
import {
  type Deposit,
  type Detection,
  type Need,
  type Needs,
  type Plan,
  parserOf,
  type Session,
  type Target,
} from '../model/index.ts';
import { readEvents } from '../runs/event-log.ts';
import { listRuns, loadValue, type Run, requestOf } from '../runs/folder.ts';
import { lastEvent, stateOf } from '../runs/state.ts';
import { confirmationHash } from './confirm.ts';
import { saved } from './values.ts';

const parseNeeds = parserOf<Needs>('needs.schema.json');

/** What a person says yes to: the plan, where it would run, what it rests on, and the hash that confirms it. */
export async function planOf(
  run: Run,
): Promise<{ plan: Plan; target: Target; detection: Detection; hash: string }> {
  const detection = await savedValue(run, saved.detection);
  const plan = await savedValue(run, saved.plan);
  const target = await savedValue(run, saved.target);
  return { plan, target, detection, hash: confirmationHash(plan, target) };
}

/** The records of a publication, as far as it got. */
export function depositOf(run: Run): Promise<Deposit> {
  return savedValue(run, saved.deposit);
}

/** Where a finished reproduction is open. */
export function sessionOf(run: Run): Promise<Session> {
  return savedValue(run, saved.session);
}

/** The questions that a waiting run has. */
export async function needsOf(run: Run): Promise<readonly Need[]> {
  return (await loadValue(run, 'needs.json', parseNeeds))?.needs ?? [];
}

async function savedValue<T>(
  run: Run,
  of: { readonly name: string; readonly parse: (data: unknown, source: string) => T },
): Promise<T> {
  const value = await loadValue(run, of.name, of.parse);
  if (value !== undefined) return value;
  throw new Failure('not-there-yet', `Run ${run.id} has not come so far yet: it has no ${of.name}.`, {
    hint: `Go on with: repo2vc runs resume ${run.id}`,
  });
}

/** Why a run failed, as it was told then. */
export async function failureOf(run: Run): Promise<Failure> {
  const args = (await lastEvent(run, 'run-failed'))?.args ?? {};
  const hint = String(args.hint ?? '');
  return new Failure(String(args.failure ?? 'internal'), String(args.message ?? 'The run failed.'), {
    ...(hint === '' ? {} : { hint }),
    retryable: args.retryable === true,
  });
}

/** What can be told of a run from its files. */
export async function describeRun(run: Run) {
  const request = await requestOf(run);
  const events = await readEvents(run);
  const done = events
    .filter((event) => event.code === 'step-finished')
    .map((event) => String(event.args.step));
  const cluster = await loadValue(run, saved.cluster.name, saved.cluster.parse);
  const last = events.at(-1);
  return {
    id: run.id,
    state: await stateOf(run),
    folder: run.folder,
    kind: request.kind,
    reference: request.kind === 'reproduce' ? request.reference : request.folder,
    steps: [...new Set(done)],
    clusters: cluster ? [cluster.cluster.id] : [],
    ...(events[0] ? { began: events[0].time } : {}),
    ...(last ? { last } : {}),
  };
}

/**
 * The publication of the same folder to the same archive that was begun and not finished, if there is one. A run that
 * cannot be read is none of it.
 */
export async function unfinishedPublication(
  places: Places,
  request: PublishRequest,
): Promise<Run | undefined> {
  for (const run of (await listRuns(places)).reverse()) {
    const other = await requestOf(run).catch(() => undefined);
    const isSame =
      other?.kind === 'publish' &&
      other.folder === request.folder &&
      other.archive === request.archive &&
      other.environment === request.environment;
    if (isSame && !['finished', 'canceled'].includes(await stateOf(run))) return run;
  }
  return undefined;
}
