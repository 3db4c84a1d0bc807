import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../repo2vc/src/events.ts';
import { Failure } from '../../../repo2vc/src/failure.ts';
import type { EventRecord, ReproduceRequest } from '../../../repo2vc/src/model/index.ts';
import { unfinishedPublication } from '../../../repo2vc/src/pipeline/inspect.ts';
import { cancelRun, type JobKind, runJob } from '../../../repo2vc/src/pipeline/job.ts';
import { Waiting } from '../../../repo2vc/src/pipeline/stepper.ts';
import { followEvents, openLog, readEvents } from '../../../repo2vc/src/runs/event-log.ts';
import {
  addAnswers,
  answersOf,
  createRun,
  listRuns,
  openRun,
  requestOf,
  saveValue,
} from '../../../repo2vc/src/runs/folder.ts';
import { requestCancel, stateOf } from '../../../repo2vc/src/runs/state.ts';
import { realClock, testContext } from '../../support/context.ts';

const request: ReproduceRequest = {
  schemaVersion: 1,
  kind: 'reproduce',
  reference: '10.5072/x',
  workingDirectory: '/',
};
const warning: Event = { code: 'warning', args: { warning: 'test', message: 'hello' } };
const value = { schemaVersion: 1 } as never;

/** A kind of run whose work is given, and that counts how often it was abandoned. */
function kindOf(perform: JobKind['perform']): JobKind & { abandoned: number } {
  const kind = {
    perform,
    abandoned: 0,
    abandon: async () => {
      kind.abandoned++;
    },
  };
  return kind;
}

describe('the event log', () => {
  it('numbers events, and goes on after a line that a crash left half-written', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const log = openLog(run, context.clock, () => undefined);
    log.emit(warning);
    log.close();
    appendFileSync(join(run.folder, 'events.ndjson'), '{"seq":2,"time":"20');
    expect(await readEvents(run)).toHaveLength(1);
    const resumed = openLog(run, context.clock, () => undefined);
    resumed.emit(warning);
    resumed.close();
    expect((await readEvents(run)).map((record) => record.seq)).toEqual([1, 2]);
  });

  it('has an event on disk before the listener sees it', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    let onDisk = '';
    const log = openLog(run, context.clock, () => {
      onDisk = readFileSync(join(run.folder, 'events.ndjson'), 'utf8');
    });
    log.emit(warning);
    log.close();
    expect(onDisk).toContain('hello');
  });

  it('is followed from any event on', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const log = openLog(run, context.clock, () => undefined);
    let over = false;
    const seen: number[] = [];
    const follow = (async () => {
      for await (const record of followEvents(run, 1, async () => over, context)) seen.push(record.seq);
    })();
    for (let n = 0; n < 3; n++) log.emit(warning);
    over = true;
    await follow;
    log.close();
    expect(seen).toEqual([2, 3]);
  });
});

describe('a run', () => {
  it('is found by the beginning of its id', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    expect((await openRun(context.places, run.id.slice(0, 12))).id).toBe(run.id);
    await expect(openRun(context.places, 'r-2')).resolves.toMatchObject({ id: run.id });
    await expect(openRun(context.places, 'nothing')).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('takes no answer that it could not read again', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    for (const wrong of [
      { title: 'x' },
      { creators: [{ familyName: 'A', orcid: '1' }] },
      { confirmed: ['x'] },
    ]) {
      await expect(addAnswers(run, wrong)).rejects.toMatchObject({ code: 'invalid-answer' });
    }
    expect(await answersOf(run)).toEqual({ schemaVersion: 1 });
    const late = { schemaVersion: 1, expiresAfterMinutes: 0 } as const;
    await expect(createRun(request, late, context)).rejects.toMatchObject({ code: 'invalid-answer' });
    expect(readdirSync(join(context.places.state, 'runs'))).toEqual([run.id]);
  });

  it('is not made when a secret stands in an address', async () => {
    const context = testContext();
    const secrets = [
      'https://me:hunter2@git.example.org/a.git',
      'https://hunter2@github.com/o/r',
      ' HTTPS://hunter2@github.com/o/r@main',
      'ssh://me:hunter2@git.example.org/a.git',
      'https://zenodo.org/records/1?token=hunter2',
    ];
    for (const reference of secrets) {
      const making = createRun({ ...request, reference }, { schemaVersion: 1 }, context);
      await expect(making).rejects.toMatchObject({ code: 'secret-in-reference' });
      await expect(making).rejects.not.toThrow('hunter2');
    }
    const archive = 'https://hunter2@zenodo.org';
    const publishing = createRun(
      { schemaVersion: 1, kind: 'publish', folder: '/a', archive },
      { schemaVersion: 1 },
      context,
    );
    await expect(publishing).rejects.toMatchObject({ code: 'secret-in-reference' });
    expect(await listRuns(context.places)).toEqual([]);
  });

  it('that only looks stops at its target: there is no other end to name', async () => {
    const context = testContext();
    const looking = await createRun({ ...request, until: 'target' }, { schemaVersion: 1 }, context);
    expect(await requestOf(looking)).toMatchObject({ until: 'target' });
    await saveValue(looking, 'request.json', { ...request, until: 'inject' });
    await expect(requestOf(looking)).rejects.toMatchObject({ code: 'invalid-file' });
  });

  it('are listed from the oldest to the newest; a folder that was cut short is none', async () => {
    const context = testContext();
    const ids = ['zzzzzz', 'aaaaaa', 'mmmmmm'];
    const random = () => ids[made.length] ?? '';
    const made: string[] = [];
    while (made.length < ids.length) {
      made.push((await createRun(request, { schemaVersion: 1 }, { ...context, random })).id);
      await realClock.sleep(5); // the time of a file has a grain
    }
    mkdirSync(join(context.places.state, 'runs', 'r-20260101-bbbbbb'));
    expect((await listRuns(context.places)).map((run) => run.id)).toEqual(made);
  });

  it('that cannot be read hides no unfinished publication', async () => {
    const context = testContext();
    const publication = { schemaVersion: 1, kind: 'publish', folder: '/a', archive: 'zenodo' } as const;
    const run = await createRun(publication, { schemaVersion: 1 }, context);
    for (const text of ['', '{"schemaVersion":1,"kind":"dance"}']) {
      const other = await createRun(publication, { schemaVersion: 1 }, context);
      writeFileSync(join(other.folder, 'request.json'), text);
      await expect(requestOf(other)).rejects.toMatchObject({ code: 'invalid-file' });
    }
    expect(await unfinishedPublication(context.places, publication)).toEqual(run);
  });

  it('can be looked into by nobody else', async () => {
    const context = testContext();
    const runs = join(context.places.state, 'runs');
    mkdirSync(runs, { recursive: true, mode: 0o755 });
    const state = statSync(context.places.state).mode;
    await createRun(request, { schemaVersion: 1 }, context);
    expect(statSync(runs).mode & 0o777).toBe(0o700);
    expect(statSync(context.places.state).mode).toBe(state);
  });

  it('joins answers that come one after the other', async () => {
    const context = testContext();
    const run = await createRun(
      request,
      { schemaVersion: 1, parameters: { a: 1 }, confirmed: ['a'.repeat(64)] },
      context,
    );
    await addAnswers(run, { parameters: { b: 2 }, confirmed: ['b'.repeat(64)], consents: ['process'] });
    expect(await answersOf(run)).toMatchObject({
      parameters: { a: 1, b: 2 },
      confirmed: ['a'.repeat(64), 'b'.repeat(64)],
      consents: ['process'],
    });
  });

  it('is made of an address that names the user of ssh, who is no secret', async () => {
    const context = testContext();
    for (const reference of ['git@github.com:o/r', 'ssh://git@github.com/o/r', 'https://github.com/o/r@main'])
      await createRun({ ...request, reference }, { schemaVersion: 1 }, context);
    expect(await listRuns(context.places)).toHaveLength(3);
  });

  it('accepts what is shown unseen for the command that said so; every other answer stays', async () => {
    const context = testContext();
    const publication = { schemaVersion: 1, kind: 'publish', folder: '/a', archive: 'zenodo' } as const;
    const run = await createRun(publication, { schemaVersion: 1, confirmShown: true }, context);
    await addAnswers(run, { confirmShown: true, title: 'A title' });
    expect((await answersOf(run)).confirmShown).toBe(true);
    await addAnswers(run, { licence: 'MIT' });
    expect(await answersOf(run)).toEqual({
      schemaVersion: 1,
      title: 'A title',
      licence: 'MIT',
      parameters: {},
      consents: [],
      confirmed: [],
    });
  });

  it('waits for an answer, and goes on with it', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const kind = kindOf(async (_request, _run, answers) => {
      if (answers.confirmShown) return value;
      throw new Waiting([{ kind: 'confirm', what: 'plan', hash: 'c'.repeat(64) }]);
    });
    expect(await stateOf(run)).toBe('new');
    expect(await runJob(run, kind, context, () => undefined)).toMatchObject({ state: 'waiting' });
    expect(await stateOf(run)).toBe('waiting');
    await addAnswers(run, { confirmShown: true });
    expect(await runJob(run, kind, context, () => undefined)).toEqual({ state: 'finished', value });
    expect(await stateOf(run)).toBe('finished');
    expect(kind.abandoned).toBe(0);
  });

  it('leaves nothing behind when it fails, and tells the failure in its log', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const kind = kindOf(async () => {
      throw new Failure('cell-failed', 'Cell 3 failed.', { hint: 'Mend it.' });
    });
    await expect(runJob(run, kind, context, () => undefined)).rejects.toMatchObject({ code: 'cell-failed' });
    expect(kind.abandoned).toBe(1);
    expect((await readEvents(run)).at(-1)).toMatchObject({
      code: 'run-failed',
      args: { failure: 'cell-failed' },
    });
  });

  it('stays as it is when its owner is interrupted, and can be cancelled afterwards', async () => {
    const controller = new AbortController();
    const context = testContext({ signal: controller.signal });
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const kind = kindOf(async (_request, _run, _answers, inner) => {
      controller.abort();
      await realClock.sleep(60_000, inner.signal);
      return value;
    });
    await expect(runJob(run, kind, context, () => undefined)).rejects.toMatchObject({ code: 'interrupted' });
    expect(kind.abandoned).toBe(0);
    expect(await stateOf(run)).toBe('interrupted');
    await cancelRun(run, kind, { ...context, signal: new AbortController().signal }, () => undefined);
    expect(kind.abandoned).toBe(1);
    expect(await stateOf(run)).toBe('canceled');
  });

  it('is cancelled by anybody who may write in its folder', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const kind = kindOf(async (_request, _run, _answers, inner) => {
      await requestCancel(run);
      await realClock.sleep(60_000, inner.signal);
      return value;
    });
    const seen: EventRecord[] = [];
    expect(await runJob(run, kind, context, (record) => seen.push(record))).toEqual({ state: 'canceled' });
    expect(kind.abandoned).toBe(1);
    expect(seen.at(-1)?.code).toBe('run-canceled');
  });

  it('has one owner at a time', async () => {
    const context = testContext();
    const run = await createRun(request, { schemaVersion: 1 }, context);
    const kind = kindOf(async () => {
      await expect(runJob(run, kind, context, () => undefined)).rejects.toMatchObject({ code: 'run-busy' });
      return value;
    });
    expect(await runJob(run, kind, context, () => undefined)).toMatchObject({ state: 'finished' });
  });
});
