import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { belongings, runIdsOf } from '../support/belongings.ts';
import {
  command,
  type Published,
  publishedExample,
  readJson,
  serveArchive,
  stranger,
} from '../support/cli.ts';
import { eventually } from '../support/clusters.ts';
import { needs } from '../support/needs.ts';
import { onlyRun } from '../support/run-client.ts';
import { openSession } from '../support/session.ts';

let published: Published;
beforeAll(async () => {
  published = await publishedExample();
});
afterAll(() => published.end());

const consent = ['--provider', 'process', '--yes'];
const json = ['--log-format', 'json'];

describe('a command that nobody knows', () => {
  it.each([
    [['reproduc', 'x'], 'Did you mean reproduce?'],
    [['runs', 'lst'], 'Did you mean list?'],
    [['reproduce', '--confrm', 'x', 'y'], 'Did you mean --confirm?'],
    [['reproduce'], "missing required argument 'ref'"],
    [['runs', 'list', '--log-format', 'xml'], 'Allowed choices are json'],
    [['reproduce', 'x', '-p', 'memory'], '-p takes name=value'],
    [['reproduce', 'x', '--expires', 'soon'], '90m, 8h, 2d'],
    [['reproduce', 'x', '--expires', '300d'], '31 days at most'],
    [['clusters', 'renew', 'x', '--expires', '99999999999d'], '31 days at most'],
    [['reproduce', 'x', '--confirm', 'abc'], 'is not a hash'],
    [['publish', '.', '--to', 'zenodo', '--confirm', 'abc'], 'is not a hash'],
    [['reproduce', 'x', '--params', '/nowhere.yaml'], 'could not be read'],
    [['reproduce', 'x', '--secret-file', 'token=/nowhere'], 'could not be read'],
    [['archive', 'serve', '--dir', 'a', '--port', '99999'], 'is not a port'],
    [['publish', '.', '--to', 'zenod'], 'Did you mean zenodo?'],
    [['publish', '.', '--to', 'zenodo', '--creator', '[x]'], 'is not a name'],
    [['publish', '.', '--to', 'zenodo', '--environment', 'x'], 'is not a DOI'],
  ])('%j ends with 2 and a hint', async (args, hint) => {
    const person = stranger();
    const { code, stdout, stderr } = await person.type(args);
    expect(stderr).toContain(hint);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('what the settings do not allow', () => {
  it('is told with the file that says so', async () => {
    const person = stranger();
    writeFileSync(person.settings, 'download: { maxFiles: 1 }\n');
    const folder = join(person.folder, 'three');
    mkdirSync(folder);
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), '');
    const { code, stderr } = await person.type(['plan', folder]);
    expect(stderr).toContain(`Raise download.maxFiles in ${person.settings} if you want it all the same.`);
    expect(code).toBe(1);
  });
});

describe('nothing but its name', () => {
  it('shows the tour, and ends with 2', async () => {
    const { code, stdout, stderr } = await stranger().type([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const verb of [
      'plan',
      'reproduce',
      'init',
      'publish',
      'archive serve',
      'doctor',
      'clusters',
      'runs',
    ]) {
      expect(stderr).toMatch(new RegExp(`^  (repo2vc )?${verb} `, 'm'));
    }
  });
});

describe('a plan', () => {
  it('of the work of others is shown unasked, because nothing is run, and keeps nothing to go on with', async () => {
    const person = stranger(published.archive);
    const { code, stdout, stderr } = await person.type(['plan', published.doi]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Carry it out: ') });
    expect(stderr).toContain('Confirm ');
    expect(runIdsOf(person)).toEqual([]);
  });

  it.skipIf(!needs.pip)('is carried out by what it prints', async () => {
    const person = stranger(published.archive);
    const { code, stdout } = await person.type(['plan', published.doi, '--provider', 'process']);
    const words = /^Carry it out: {2}repo2vc (.+)$/m.exec(stdout)?.[1]?.split(' ') ?? [];
    expect({ code, verb: words[0] }).toEqual({ code: 0, verb: 'reproduce' });
    const owner = person.start(words);
    const run = await onlyRun(person);
    await run.attach((event) => event.step === 'build');
    expect((await person.type(['runs', 'cancel', run.id])).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
    expect(belongings(person)).toEqual([]);
  });
});

describe('a reference that leads nowhere', () => {
  it.each(['10.5281', '10.5281/', 'doi:', 'ftp://example.org/x', '--', ''])(
    '%j is malformed',
    async (reference) => {
      const ended = await stranger().type(['reproduce', ...json, '--', reference]);
      expect(readJson(ended).failure).toMatchObject({ code: 'malformed-reference' });
      expect(ended.code).toBe(2);
    },
  );

  it('to a DOI that the archive does not know says so', async () => {
    const { archive } = published;
    const person = stranger(archive);
    const ended = await person.type(['reproduce', `${archive.doiPrefix}.aaaaa-bbbbb`, ...json]);
    expect(readJson(ended).failure).toMatchObject({ code: 'unknown-doi' });
    expect(ended.code).toBe(1);
    expect(belongings(person)).toEqual([]);
  });

  it('to an archive that was stopped says how to start it', async () => {
    const person = stranger();
    const archive = await serveArchive(person);
    await archive.stop();
    const ended = await person.type(['plan', `${archive.doiPrefix}.aaaaa-bbbbb`, ...json]);
    expect(readJson(ended).failure?.hint).toContain(
      `repo2vc archive serve --dir ${join(person.folder, 'archive')}`,
    );
    expect(runIdsOf(person)).toEqual([]);
  });
});

describe('runs and clusters that are not there', () => {
  it.each(['show', 'attach', 'cancel', 'resume'])('runs %s says so', async (verb) => {
    const ended = await stranger().type(['runs', verb, 'r-1', ...json]);
    expect(readJson(ended).failure).toMatchObject({ code: 'unknown-run' });
    expect(ended.code).toBe(2);
  });

  it.each(['show', 'renew'])('clusters %s says so', async (verb) => {
    const more = verb === 'renew' ? ['--expires', '8h'] : [];
    const ended = await stranger().type(['clusters', verb, 'r-1', ...more, ...json]);
    expect(readJson(ended).failure).toMatchObject({ code: 'unknown-cluster' });
    expect(ended.code).toBe(2);
  });

  it('clusters destroy finds nothing to end, which is what was wanted, and says so', async () => {
    const { code, stdout } = await stranger().type(['clusters', 'destroy', 'r-1']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'There is no cluster r-1: nothing of it is left.\n',
    });
  });

  it('a run folder that was cut short while it was made is no run', async () => {
    const person = stranger();
    mkdirSync(join(person.state, 'runs', 'r-20260101-aaaaaa'), { recursive: true });
    expect(await person.result(['runs', 'list'])).toEqual({ runs: [] });
  });
});

describe('output that nobody reads', () => {
  it.each(['--help', 'reproduce --help', 'doctor'])('ends %s without a trace', (args) => {
    const person = stranger();
    const script = `"${process.execPath}" "$0" ${args} | head -1`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, command], {
      env: person.environment,
      encoding: 'utf8',
    });
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).not.toMatch(/fault|EPIPE/);
  });
});

describe.skipIf(!needs.pip)('a run that is there', () => {
  it('is owned by one process at a time', async () => {
    const person = stranger(published.archive);
    const owner = person.start(['reproduce', published.doi, ...consent]);
    const run = await onlyRun(person);
    await run.attach((event) => event.code === 'step-finished');
    owner.child.kill('SIGSTOP');
    const ended = await person.type(['runs', 'resume', run.id, ...json]);
    expect(readJson(ended).failure).toMatchObject({
      code: 'run-busy',
      hint: `Watch it with: repo2vc runs attach ${run.id}`,
    });
    expect(ended.code).toBe(1);
    owner.child.kill('SIGCONT');
    expect((await person.type(['runs', 'cancel', run.id])).code).toBe(0);
    const { code, stdout } = await owner.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Run ${run.id} is cancelled.\n` });
    expect(belongings(person)).toEqual([]);
  });

  it('and is finished is resumed to the same session, and cancelled to nothing', async () => {
    const person = stranger(published.archive);
    const first = await person.result(['reproduce', published.doi, ...consent]);
    const run = await onlyRun(person);
    const url = (await person.type(['runs', 'show', run.id, '--url'])).stdout;
    const again = await person.result(['runs', 'resume', run.id]);
    expect(again).toEqual(first);
    expect((await person.type(['runs', 'show', run.id, '--url'])).stdout).toBe(url);
    await openSession(person, run.id);
    expect((await person.type(['runs', 'cancel', run.id])).code).toBe(0);
    expect(belongings(person)).toEqual([]);
    expect((await person.result(['runs', 'show', run.id])).state).toBe('canceled');
    const shown = await person.type(['runs', 'show', run.id, '--url', ...json]);
    expect(readJson(shown).failure).toMatchObject({ code: 'not-there-yet' });
  });

  it('goes on in the background, is watched and cancelled from another command', async () => {
    const person = stranger(published.archive);
    const id = String((await person.result(['reproduce', published.doi, ...consent, '--detach'])).run);
    const attached = readJson(await person.type(['runs', 'attach', id, ...json]));
    expect(attached.events.map((event) => event.seq)).toEqual(attached.events.map((_, index) => index + 1));
    expect(attached.events.at(-1)?.code).toBe('run-finished');
    expect(attached.result).toMatchObject({ run: id, state: 'finished' });
    await openSession(person, id);
    const destroyed = await person.type(['clusters', 'destroy', id]);
    expect(destroyed).toMatchObject({ code: 0, stdout: 'Nothing of it is left.\n' });
    const shown = await person.type(['runs', 'show', id, '--url', ...json]);
    expect(readJson(shown).failure).toMatchObject({ code: 'session-ended' });
    expect(belongings(person)).toEqual([]);
  });

  it('in the background is cancelled while it works', async () => {
    const person = stranger(published.archive);
    await person.type(['reproduce', published.doi, ...consent, '--detach']);
    const run = await onlyRun(person);
    await run.attach((event) => event.code === 'cell-started');
    const { code, stdout } = await person.type(['runs', 'cancel', run.id]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`Run ${run.id} is cancelled; nothing of it runs any more.`),
    });
    // The command in the background may still be about to end.
    await eventually(() => (belongings(person).length === 0 ? true : undefined));
  });

  it('and whose folder was deleted is destroyed by its cluster alone, its work brought home', async () => {
    const person = stranger(published.archive);
    await person.result(['reproduce', published.doi, ...consent]);
    const run = await onlyRun(person);
    const session = await openSession(person, run.id);
    await session.write('notes.txt', 'what I found');
    rmSync(run.folder, { recursive: true });
    const { code, stderr } = await person.type(['clusters', 'destroy', run.id]);
    expect(stderr).toContain('1 changed file brought home');
    expect(code).toBe(0);
    const saved = join(person.state, 'saved', run.id);
    const [notes] = readdirSync(saved, { recursive: true }).filter((name) =>
      String(name).endsWith('notes.txt'),
    );
    expect(readFileSync(join(saved, String(notes)), 'utf8')).toBe('what I found');
    expect(belongings(person, [run.id])).toEqual([]);
  });
});

describe.skipIf(process.getuid?.() !== 0 || !needs.pip)('a full disk', () => {
  it.each([
    ['while files are fetched', 40],
    ['while nodes are made', 400],
  ])('%s ends the run with nothing left, and the run goes on when there is room', async (_, kib) => {
    const person = stranger(published.archive);
    mkdirSync(person.state, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=755`, 'tmpfs', person.state]);
    onTestFinished(() => void spawnSync('umount', ['-l', person.state]));
    const ended = await person.type(['reproduce', published.doi, ...consent, ...json]);
    expect(readJson(ended).failure).toMatchObject({ code: 'disk-full' });
    expect(ended.code).toBe(1);
    expect(belongings(person)).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=200m', person.state]);
    const run = await onlyRun(person);
    expect((await person.type(['runs', 'resume', run.id, '--yes'])).code).toBe(0);
    await openSession(person, run.id);
    expect((await person.type(['clusters', 'destroy', run.id])).code).toBe(0);
    expect(belongings(person)).toEqual([]);
    expect(existsSync(join(person.state, 'saved'))).toBe(false);
  });
});
