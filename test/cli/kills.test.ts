import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { belongings } from '../support/belongings.ts';
import { type EventLine, type Person, type Published, publishedExample, stranger } from '../support/cli.ts';
import { testCache } from '../support/context.ts';
import { needs } from '../support/needs.ts';
import { onlyRun, type RunClient } from '../support/run-client.ts';
import { openSession } from '../support/session.ts';

vi.setConfig({ testTimeout: 900_000 }); // a run is stopped and resumed up to nine times
let published: Published;
beforeAll(async () => {
  published = await publishedExample();
});
afterAll(() => published.end());

/** A moment of a run that can be told from its events. */
type Moment = (event: EventLine) => boolean;

const steps = ['resolve', 'fetch', 'detect', 'plan', 'target', 'build', 'provision', 'prepare', 'inject'];
const begins = (step: string): Moment => within(step, 'step-started');
const ends = (step: string): Moment => within(step, 'step-finished');
const within =
  (step: string, code: string): Moment =>
  (event) =>
    event.step === step && event.code === code;

const consent = ['--provider', 'process', '--yes'];
const reproduce = (person: Person, options: object = {}) =>
  person.start(['reproduce', published.doi, ...consent], options);

/** Waits for a moment of a run; a command that ends before it tells why. */
async function reach(started: ReturnType<Person['start']>, run: RunClient, moment: Moment, after = 0) {
  const early = started.ended.then(({ code, stderr }) => {
    if (!run.events().some((event) => event.seq > after && moment(event)))
      throw new Error(`${code}: ${stderr}`);
  });
  await Promise.race([run.attach(moment, after), early]);
}

/** Ends the command with a signal at a moment of its run; `after` is the last event of the command before it. */
async function stopAt(
  started: ReturnType<Person['start']>,
  run: RunClient,
  moment: Moment,
  signal: NodeJS.Signals,
  after = 0,
) {
  await reach(started, run, moment, after);
  started.child.kill(signal);
  return started.ended;
}

const lastOf = (run: RunClient) => run.events().at(-1)?.seq ?? 0;

/** Stops a run at one moment after the other, resuming it in between; gives how the stopped commands ended. */
async function stopAndResume(person: Person, moments: readonly Moment[], signal: NodeJS.Signals) {
  let started = reproduce(person);
  const run = await onlyRun(person);
  const ended = [];
  let after = 0;
  for (const moment of moments) {
    // The command was killed a little later than was meant: a step that is done by then does not end again.
    const isOver = (event: EventLine) =>
      event.seq <= after && event.code === 'step-finished' && moment(event);
    if (run.events().some(isOver)) continue;
    ended.push(await stopAt(started, run, moment, signal, after));
    after = lastOf(run);
    started = person.start(['runs', 'resume', run.id, '--yes']);
  }
  const { code, stdout, stderr } = await started.ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('The notebook is open in its own environment');
  expect(run.events().map((event) => event.seq)).toEqual(run.events().map((_, index) => index + 1));
  return { run, ended };
}

/** The right result: the notebook opens, its files are there, and the template's steps were done once, to the end. */
async function expectWorking(person: Person, run: RunClient) {
  const session = await openSession(person, run.id);
  const names = async (path: string) =>
    ((await session.get(`contents/${path}`)) as { content: { name: string }[] }).content.map(
      ({ name }) => name,
    );
  expect((await names('')).sort()).toEqual(
    expect.arrayContaining(['CITATION.cff', 'README.md', 'analysis.ipynb', 'data']),
  );
  expect(await names('data/speed-of-light')).toContain('michelson-1879.csv');
  expect(readdirSync(join(run.folder, 'executed'))).toEqual(['environment.ipynb']);
  expect(belongings(person).filter((thing) => thing.startsWith('nodes'))).toEqual([`nodes ${run.id}`]);
}

async function expectDestroyed(person: Person, run: RunClient) {
  expect(await person.type(['clusters', 'destroy', run.id])).toMatchObject({ code: 0 });
  expect(belongings(person)).toEqual([]);
  expect(await person.result(['clusters', 'list'])).toEqual({ clusters: [], unasked: [] });
}

describe.skipIf(!needs.pip)('a reproduction that is killed and resumed', () => {
  it.each([
    ['when a step has just begun', begins],
    ['when a step has just ended', ends],
  ])('%s, at each step in turn, comes to a working session', async (_, moment) => {
    const person = stranger(published.archive);
    const { run } = await stopAndResume(person, steps.map(moment), 'SIGKILL');
    await expectWorking(person, run);
    await expectDestroyed(person, run);
  });

  it('inside its steps, one moment after the other, comes to a working session', async () => {
    const person = stranger(published.archive);
    const moments = [
      within('fetch', 'file-verified'),
      within('detect', 'file-verified'),
      within('provision', 'cluster-step'),
      within('prepare', 'cluster-step'),
      within('prepare', 'cell-started'),
      within('prepare', 'check-passed'),
      within('inject', 'files-placed'),
      within('inject', 'server-starting'),
    ];
    const { run } = await stopAndResume(person, moments, 'SIGKILL');
    await expectWorking(person, run);
    await expectDestroyed(person, run);
  });

  it('while its environment is built never uses a half-built one', async () => {
    const person = freshCache(stranger(published.archive));
    const moments = [within('build', 'environment-building'), within('build', 'build-output')];
    const { run } = await stopAndResume(person, moments, 'SIGKILL');
    await expectWorking(person, run);
    await expectDestroyed(person, run);
    const [prefix = ''] = readdirSync(join(person.folder, 'cache', 'repo2vc', 'prefixes'));
    // complete.json and the folder of the one attempt that it tells of
    const names = readdirSync(join(person.folder, 'cache', 'repo2vc', 'prefixes', prefix));
    expect(names.filter((name) => !name.startsWith('lock'))).toHaveLength(2);
  });
});

/** A person with no environments yet, who has uv and the packages. */
function freshCache(person: Person): Person {
  const cache = join(testCache(), 'repo2vc');
  // It was fetched into the cache, unless this computer has it on its PATH.
  const tools = join(cache, 'tools');
  const uv = existsSync(tools) && readdirSync(tools).find((name) => name.startsWith('uv-'));
  mkdirSync(join(person.folder, 'cache'));
  Object.assign(person.environment, {
    XDG_CACHE_HOME: join(person.folder, 'cache'),
    UV_CACHE_DIR: process.env.UV_CACHE_DIR ?? join(cache, 'uv'),
    ...(uv && { PATH: `${join(tools, uv, 'bin')}:${process.env.PATH}` }),
  });
  return person;
}

describe.skipIf(!needs.pip)('a reproduction that is killed and given up', () => {
  const early = [...steps.slice(0, 6).map(begins), within('fetch', 'file-verified'), begins('provision')];
  const late = [
    within('provision', 'cluster-step'),
    ends('provision'),
    within('prepare', 'cluster-step'),
    within('prepare', 'cell-started'),
    within('prepare', 'check-passed'),
    within('inject', 'files-placed'),
    within('inject', 'server-starting'),
    ends('inject'),
  ];

  it('before it made anything is cancelled to nothing', async () => {
    for (const moment of early) {
      const person = stranger(published.archive);
      const started = reproduce(person);
      const run = await onlyRun(person);
      await stopAt(started, run, moment, 'SIGKILL');
      expect(await person.type(['runs', 'cancel', run.id])).toMatchObject({ code: 0 });
      expect(belongings(person)).toEqual([]);
      expect(run.events().at(-1)?.code).toBe('run-canceled');
    }
  });

  it.each([
    ['cancelled', ['runs', 'cancel']],
    ['destroyed by its cluster’s id', ['clusters', 'destroy']],
  ])('at any later moment is %s to nothing', async (_, words) => {
    for (const [index, moment] of late.entries()) {
      if ((index % 2 === 0) !== (words[0] === 'runs')) continue;
      const person = stranger(published.archive);
      const started = reproduce(person);
      const run = await onlyRun(person);
      await stopAt(started, run, moment, 'SIGKILL');
      // the first moment is before the first effect, or just after it
      if (index > 0) expect(belongings(person)).not.toEqual([]);
      expect(await person.type([...words, run.id])).toMatchObject({ code: 0 });
      expect(belongings(person), `moment ${index}`).toEqual([]);
    }
  });

  it('while it is destroyed is destroyed by the same command again', async () => {
    const person = stranger(published.archive);
    await person.result(['reproduce', published.doi, ...consent]);
    const run = await onlyRun(person);
    for (const said of ['"cluster-planned"', '"cluster-step"']) {
      const destroying = person.start(['clusters', 'destroy', run.id, '--log-format', 'json']);
      await destroying.said(said);
      destroying.child.kill('SIGKILL');
      await destroying.ended;
    }
    await expectDestroyed(person, run);
  });
});

describe.skipIf(!needs.pip)('a reproduction that is interrupted', () => {
  const moments = [
    begins('fetch'),
    begins('build'),
    within('provision', 'cluster-step'),
    within('prepare', 'cell-started'),
    within('inject', 'server-starting'),
  ];

  it('by Ctrl-C ends with 130, says how to go on, and is gone on with', async () => {
    const person = stranger(published.archive);
    const { run, ended } = await stopAndResume(person, moments, 'SIGINT');
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
      expect(stderr).toContain(`repo2vc runs resume ${run.id}`);
      expect(stderr).toContain(`repo2vc runs cancel ${run.id}`);
    }
    await expectWorking(person, run);
    await expectDestroyed(person, run);
  });

  it.each<[string, NodeJS.Signals, number, Moment]>([
    ['Ctrl-C twice', 'SIGINT', 2, within('prepare', 'cell-started')],
    ['SIGTERM', 'SIGTERM', 1, ends('provision')],
    ['SIGHUP, as by a terminal that was closed', 'SIGHUP', 1, ends('provision')],
  ])('by %s ends with 130 and is cancelled to nothing', async (_, signal, times, moment) => {
    const person = stranger(published.archive);
    const started = reproduce(person);
    const run = await onlyRun(person);
    await reach(started, run, moment);
    for (let time = 0; time < times; time++) started.child.kill(signal);
    expect((await started.ended).code).toBe(130);
    expect(await person.type(['runs', 'cancel', run.id])).toMatchObject({ code: 0 });
    expect(belongings(person)).toEqual([]);
  });

  it('by the death of the shell that started it goes on; by the death of their group it is resumed', async () => {
    const person = stranger(published.archive);
    const through = ['sh', '-c', '"$@"; true', 'sh', process.execPath];
    const started = reproduce(person, { through, detached: true });
    const run = await onlyRun(person);
    await run.attach(begins('provision'));
    started.child.kill('SIGKILL');
    await run.attach(within('prepare', 'cell-started'));
    process.kill(-(started.child.pid ?? 0), 'SIGKILL');
    await started.ended;
    expect(await person.type(['runs', 'resume', run.id])).toMatchObject({ code: 0 });
    await expectWorking(person, run);
    await expectDestroyed(person, run);
  });
});
