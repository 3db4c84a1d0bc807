import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { belongings } from '../support/belongings.ts';
import { type Person, type Published, publishedExample, readJson, stranger } from '../support/cli.ts';
import { supervisorPid } from '../support/clusters.ts';
import { everyTestNeeds } from '../support/needs.ts';
import { onlyRun } from '../support/run-client.ts';
import { openSession } from '../support/session.ts';

everyTestNeeds('pip');

let published: Published;
beforeAll(async () => {
  published = await publishedExample();
});
afterAll(() => published.end());

const json = ['--log-format', 'json'];

/** A session in which somebody has worked, and its run. */
async function atWork() {
  const person = stranger(published.archive);
  await person.result(['reproduce', published.doi, '--provider', 'process', '--yes']);
  const run = await onlyRun(person);
  await (await openSession(person, run.id)).write('notes.txt', 'first\n');
  return { person, run };
}

const saved = (person: Person, name: string) => {
  const path = join(person.state, 'saved', name, 'experiment', 'notes.txt');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

function killNode(person: Person, id: string) {
  const places = { state: person.state, cache: '', config: '' };
  process.kill(supervisorPid(places, id, 'entry-1'), 'SIGKILL');
}

describe('going on with a run in whose session somebody has worked', () => {
  it('brings the work home when a node was lost, and opens the notebook anew', async () => {
    const { person, run } = await atWork();
    killNode(person, run.id);
    const resumed = await person.type(['runs', 'resume', run.id]);
    expect({ code: resumed.code, stderr: resumed.code === 0 ? '' : resumed.stderr }).toEqual({
      ...{ code: 0, stderr: '' },
    });
    expect(saved(person, run.id)).toBe('first\n');

    // What is done next is kept beside it.
    await (await openSession(person, run.id)).write('notes.txt', 'second\n');
    expect((await person.type(['clusters', 'destroy', run.id])).code).toBe(0);
    expect(saved(person, run.id)).toBe('first\n');
    expect(saved(person, `${run.id}-2`)).toBe('second\n');
    expect(readdirSync(join(person.state, 'saved')).sort()).toEqual([run.id, `${run.id}-2`]);
    expect(belongings(person)).toEqual([]);
  });

  it('leaves the session open when it cannot go on', async () => {
    const { person, run } = await atWork();
    writeFileSync(person.settings, 'archives: [1]');
    const failed = readJson(await person.type(['runs', 'resume', run.id, ...json]));
    expect(failed.failure).toMatchObject({ code: 'invalid-settings' });
    const session = await openSession(person, run.id);
    expect(await session.get('contents/notes.txt')).toMatchObject({ content: 'first\n' });
  });

  it('refuses answers that come too late to be followed', async () => {
    const { person, run } = await atWork();
    const late = async (...flags: string[]) =>
      readJson(await person.type(['runs', 'resume', run.id, ...flags, ...json])).failure;
    expect(await late('-p', 'confidence=0.5')).toMatchObject({
      code: 'answers-too-late',
      message: '-p came after the environment was built.',
    });
    expect(await late('--provider', 'process', '--expires', '1h')).toMatchObject({
      message: '--expires came after the environment was built.',
    });
    expect((await person.type(['runs', 'resume', run.id, '-p', 'confidence=0.95'])).code).toBe(0);
    await openSession(person, run.id);
  });
});

it('a run that was cancelled is over, for whoever was about to do it too', async () => {
  const { person, run } = await atWork();
  expect((await person.type(['runs', 'cancel', run.id.slice(0, -2)])).code).toBe(0);
  const resumed = await person.type(['runs', 'resume', run.id, ...json]);
  expect(resumed.code).toBe(1);
  expect(readJson(resumed).failure).toMatchObject({ code: 'run-canceled' });
  expect(belongings(person)).toEqual([]);
});
