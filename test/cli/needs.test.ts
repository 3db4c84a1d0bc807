import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../repo2vc/src/model/index.ts';
import { publishRestricted, tokenOf, writeAsking } from '../support/asking.ts';
import { belongings, placesOf, runIdsOf } from '../support/belongings.ts';
import { type Person, type Published, publishedFolder, readJson, stranger } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { writeFiles } from '../support/publishing.ts';
import { onlyRun } from '../support/run-client.ts';
import { openSession } from '../support/session.ts';

const json = ['--log-format', 'json'];
const secret = 'correct-horse-battery';
let published: Published;
beforeAll(async () => {
  published = await publishedFolder(writeAsking);
});
afterAll(() => published.end());

/** A command that ends with 2 and tells what it must know; gives what it says to type. */
async function asks(person: Person, args: readonly string[]): Promise<{ needs: unknown; hint: string }> {
  const ended = await person.type([...args, ...json]);
  const { failure } = readJson(ended);
  expect({ code: ended.code, failure: failure?.code }).toEqual({ code: 2, failure: 'needs-answer' });
  return { needs: failure?.args.needs, hint: failure?.hint ?? '' };
}

describe('where nobody can be asked', () => {
  it.skipIf(!needs.pip)(
    'each question ends with 2 and names the flag, with which the run goes on',
    async () => {
      const person = stranger(published.archive);
      const size = await asks(person, ['reproduce', published.doi]);
      const run = await onlyRun(person);
      const resume = ['runs', 'resume', run.id];
      expect(size).toEqual({
        needs: ['parameter'],
        hint: `Answer with: repo2vc ${resume.join(' ')} -p size=VALUE`,
      });
      const consent = await asks(person, [...resume, '-p', 'size=4']);
      expect(consent).toEqual({
        needs: ['consent'],
        hint: `Answer with: repo2vc ${resume.join(' ')} --provider process`,
      });
      const confirm = await asks(person, [...resume, '--provider', 'process']);
      const hash = /--confirm ([0-9a-f]{64})$/.exec(confirm.hint)?.[1] ?? 'none';
      expect(confirm.needs).toEqual(['confirm']);
      // another hash is no yes
      expect(await asks(person, [...resume, '--confirm', '0'.repeat(64)])).toEqual(confirm);
      const key = await asks(person, [...resume, '--confirm', hash]);
      expect(key).toEqual({
        needs: ['parameter'],
        hint: `Answer with: repo2vc ${resume.join(' ')} --secret-file key=FILE`,
      });
      expect(existsSync(join(run.folder, 'environments.json'))).toBe(false);
      expect(belongings(person)).toEqual([]);

      const file = join(person.folder, 'key.txt');
      writeFileSync(file, `${secret}\n`);
      const ended = await person.type([...resume, '--secret-file', `key=${file}`, ...json]);
      expect(readJson(ended).result).toMatchObject({ run: run.id, state: 'finished' });
      const session = await openSession(person, run.id);
      const given = (await session.get('contents/given.txt')) as { content: string };
      expect(given.content).toBe(`4 red ${secret.length}`);
      expect(placesOf([secret], [person.folder, published.author.folder])).toEqual([file]);
      expect(readFileSync(join(run.folder, 'executed', 'environment.ipynb'), 'utf8')).toContain('the key is');
      await person.result(['clusters', 'destroy', run.id]);
      expect(belongings(person)).toEqual([]);
    },
  );

  it.skipIf(!needs.pip)('--yes is no consent to run the code of others', async () => {
    const person = stranger(published.archive);
    const { needs: open } = await asks(person, ['reproduce', published.doi, '-p', 'size=4', '--yes']);
    expect(open).toEqual(['consent']);
    expect((await onlyRun(person)).events().some((event) => event.step === 'build')).toBe(false);
  });

  it('a restricted record asks for a login, and opens with it', async () => {
    const token = tokenOf(published.author);
    const doi = await publishRestricted(published.archive.origin, token);
    const person = stranger(published.archive);
    const { needs: open, hint } = await asks(person, ['reproduce', doi, '--provider', 'process']);
    expect(open).toEqual(['login']);
    const run = await onlyRun(person);
    expect(hint).toContain(`repo2vc login ${published.archive.origin}`);
    expect(hint).toContain(`repo2vc runs resume ${run.id}`);
    const login = ['login', published.archive.origin];
    expect(await person.type(login, { input: `${token}\n` })).toMatchObject({ code: 0 });
    expect((await asks(person, ['runs', 'resume', run.id])).needs).toEqual(['confirm']);
    const kept = join(person.folder, 'config', 'repo2vc', 'credentials.yaml');
    expect(placesOf([token], [person.folder])).toEqual([kept]);
    expect(await person.type(['logout', published.archive.origin])).toMatchObject({ code: 0 });
    expect(placesOf([token], [person.folder])).toEqual([]);
  });

  it('an archive that no settings name is logged in to by its address, as the question says', async () => {
    const person = stranger();
    const login = ['login', published.archive.origin];
    expect(await person.result(login, { input: 'S3CRET\n' })).toEqual({ origin: published.archive.origin });
  });

  it('a publication asks for what no file tells, and is made with it', async () => {
    const { author } = published;
    const folder = join(author.folder, 'untold');
    writeAsking(folder);
    writeFiles(folder, { 'CITATION.cff': 'cff-version: 1.2.0\nmessage: m\ntitle: T of X\nauthors: []\n' });
    const publish = ['publish', folder, '--to', 'local', '--yes'];
    const { needs: open, hint } = await asks(author, publish);
    expect(open).toEqual(['metadata', 'metadata']);
    const flags = '--creator "Family, Given [ORCID]" --licence SPDX';
    expect(hint).toBe(`Type the same command again, with ${flags}`);
    const runs = runIdsOf(author).length;
    const told = ['--creator', 'Curie, Marie', '--licence', 'CC0-1.0'];
    // --yes was the first command's alone
    const looking = ['publish', folder, '--to', 'local', ...told];
    const shown = await asks(author, looking);
    expect(shown.needs).toEqual(['confirm']);
    const resume = /repo2vc (runs resume \S+)/.exec(shown.hint)?.[1] ?? '';
    expect((await asks(author, resume.split(' '))).needs).toEqual(['confirm']);
    const { deposit } = await author.result([...publish, ...told]);
    expect(deposit).toMatchObject({
      records: [
        { role: 'environment', creators: [{ familyName: 'Carberry' }], licence: 'MIT' },
        { role: 'experiment', creators: [{ familyName: 'Curie', givenName: 'Marie' }], licence: 'CC0-1.0' },
      ],
    });
    expect(runIdsOf(author)).toHaveLength(runs);
  });

  it('a publication waits for the hash of what it showed, and tells the DOIs when it goes on', async () => {
    const { author } = published;
    const folder = join(author.folder, 'shown');
    writeAsking(folder);
    const { hint } = await asks(author, ['publish', folder, '--to', 'local']);
    const words = /^Answer with: repo2vc (runs resume \S+ --confirm [0-9a-f]{64})$/.exec(hint)?.[1] ?? '';
    const { code, stdout } = await author.type(words.split(' '));
    expect(code).toBe(0);
    expect(stdout).toMatch(/experiment +10\.5072\/\S+/);
  });
});

describe('a parameter', () => {
  const plan = ['plan', '--provider', 'process', ...json];

  it.each([
    ['of the wrong type', 'size=many', 'must be a whole number'],
    ['that is no whole number', 'size=0.5', 'must be a whole number'],
    ['out of range', 'size=9', 'must be at most 8'],
    ['that is none of the choices', 'colour=green', 'must be one of "red", "blue"'],
    ['that nobody asks for', 'sise=3', 'no parameter called "sise"'],
  ])('%s is refused', async (_, pair, message) => {
    const person = stranger(published.archive);
    const ended = await person.type([...plan, published.doi, '-p', 'size=1', '-p', pair]);
    const { failure } = readJson(ended);
    expect(failure?.code).toBe('invalid-parameter');
    expect(failure?.message).toContain(message);
    expect(ended.code).toBe(2);
    expect(runIdsOf(person)).toEqual([]);
  });

  it('comes from a file, and what is typed wins', async () => {
    const person = stranger(published.archive);
    const file = join(person.folder, 'parameters.yaml');
    writeFileSync(file, 'size: 3\ncolour: blue\n');
    const typed = [published.doi, '--provider', 'process', '--params', file, '-p', 'size=4', '--json'];
    const { code, stdout } = await person.type(['plan', ...typed]);
    expect(code).toBe(0);
    const { parameters, secrets } = JSON.parse(stdout) as Plan;
    expect({ parameters, secrets }).toEqual({ parameters: { size: 4, colour: 'blue' }, secrets: ['key'] });
  });

  it.each([
    ['that is no YAML', 'size: [', 'usage'],
    ['with a value that can be none', 'size: [1, 2]', 'invalid-parameter'],
    ['with a text for a number', 'size: many', 'invalid-parameter'],
  ])('from a file %s is refused', async (_, text, code) => {
    const person = stranger(published.archive);
    const file = join(person.folder, 'parameters.yaml');
    writeFileSync(file, text);
    const ended = await person.type([...plan, published.doi, '--params', file]);
    expect(readJson(ended).failure?.code).toBe(code);
    expect(ended.code).toBe(2);
  });
});

describe('a secret', () => {
  it('that is given in the open is refused, and kept nowhere', async () => {
    const person = stranger(published.archive);
    const ended = await person.type([
      'reproduce',
      published.doi,
      '-p',
      'size=4',
      '-p',
      `key=${secret}`,
      ...json,
    ]);
    const { failure } = readJson(ended);
    expect(failure?.message).toContain('is a secret');
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toContain(secret);
    expect(placesOf([secret], [person.folder])).toEqual([]);
    const run = await onlyRun(person);
    expect((await asks(person, ['runs', 'resume', run.id])).needs).toEqual(['consent']);
  });

  it.each([
    ['that breaks its rule', 'key=', 'must have at least 8 characters'],
    ['that nobody asks for', 'kex=', 'no parameter called "kex"'],
    ['that is none', 'size=', 'The parameter "size" is no secret'],
  ])('in a file %s is refused before anything is built', async (_, name, message) => {
    const person = stranger(published.archive);
    const file = join(person.folder, 'short.txt');
    writeFileSync(file, 'swordfi');
    chmodSync(file, 0o600);
    const answers = ['-p', 'size=4', '--provider', 'process', '--yes', '--secret-file', `${name}${file}`];
    const ended = await person.type(['reproduce', published.doi, ...answers, ...json]);
    expect(readJson(ended).failure?.message).toContain(message);
    expect(ended.code).toBe(2);
    expect(placesOf(['swordfi'], [person.folder])).toEqual([file]);
    expect((await onlyRun(person)).events().some((event) => event.step === 'build')).toBe(false);
  });
});
