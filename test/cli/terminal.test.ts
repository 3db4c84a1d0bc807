import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishRestricted, tokenOf, writeAsking } from '../support/asking.ts';
import { belongings, placesOf, runIdsOf } from '../support/belongings.ts';
import { type Published, publishedFolder, stranger } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { writeFiles } from '../support/publishing.ts';
import { onlyRun } from '../support/run-client.ts';
import { openSession } from '../support/session.ts';
import { keys, typeAtTerminal } from '../support/terminal.ts';

const secret = 'correct-horse-battery';
let published: Published;
beforeAll(async () => {
  published = await publishedFolder(writeAsking);
});
afterAll(() => published.end());

describe.skipIf(!needs.pip)('at a terminal', () => {
  it('every question is asked; what is hidden is not shown; lines are redrawn whole', async () => {
    const person = stranger(published.archive);
    const { code, shown } = await typeAtTerminal(
      person,
      ['reproduce', published.doi],
      [
        ['size', `4${keys.enter}`],
        ['Go on? [y/N]', `y${keys.enter}`],
        ['Build and run this? [y/N]', `y${keys.enter}`],
        ['it is not shown', `${secret}${keys.enter}`],
        ['Meanwhile:'],
      ],
    );
    const run = await onlyRun(person);
    expect(code, shown).toBe(0);
    expect(shown).not.toContain(secret);
    expect(shown).toContain('Place the experiment and open it');
    // after each answer the run goes on where it was: what was shown before is not shown again
    expect(shown.split('\n').filter((line) => line.includes('✓'))).toHaveLength(9);
    expect(shown.split('\n').filter((line) => line.startsWith('  Confirm '))).toHaveLength(1);
    expect(shown).toContain(`repo2vc clusters destroy ${run.id}`);
    expect(placesOf([secret], [person.folder])).toEqual([]);
    const session = await openSession(person, run.id);
    expect(((await session.get('contents/given.txt')) as { content: string }).content).toContain('4 red');
    await person.result(['clusters', 'destroy', run.id]);
    expect(belongings(person)).toEqual([]);
  });

  it('Ctrl-C at a question ends with 130 and says how to go on', async () => {
    const person = stranger(published.archive);
    const { code, shown } = await typeAtTerminal(
      person,
      ['reproduce', published.doi],
      [['size', keys.ctrlC]],
    );
    const run = await onlyRun(person);
    expect(code).toBe(130);
    expect(shown).toContain(`repo2vc runs resume ${run.id}`);
    expect(shown).toContain(`repo2vc runs cancel ${run.id}`);
  });

  it('a no is no, and nothing is done', async () => {
    const person = stranger(published.archive);
    const { code, shown } = await typeAtTerminal(
      person,
      ['reproduce', published.doi, '-p', 'size=4'],
      [['Go on? [y/N]', keys.enter]],
    );
    expect(code).toBe(1);
    expect(shown).toContain('Nothing was done.');
    expect(belongings(person)).toEqual([]);
  });

  it('a no to publishing says that drafts stay, and what takes them away', async () => {
    const { author } = published;
    const folder = join(author.folder, 'declined');
    writeAsking(folder);
    const before = runIdsOf(author);
    const { code, shown } = await typeAtTerminal(
      author,
      ['publish', folder, '--to', 'local'],
      [['Make this public? It cannot be undone. [y/N]', keys.enter]],
    );
    const [id] = runIdsOf(author).filter((one) => !before.includes(one));
    expect(code).toBe(1);
    expect(shown).toContain('The drafts and their reserved DOIs stay at the archive.');
    expect(shown).toContain(`repo2vc runs cancel ${id}`);
    expect(await author.result(['runs', 'cancel', id ?? ''])).toMatchObject({ run: id });
  });

  it('--yes still counts after a question of the same command', async () => {
    const { author } = published;
    const folder = join(author.folder, 'untold');
    writeAsking(folder);
    writeFiles(folder, { 'CITATION.cff': 'cff-version: 1.2.0\nmessage: m\ntitle: T of X\nauthors: []\n' });
    const { code, shown } = await typeAtTerminal(
      author,
      ['publish', folder, '--to', 'local', '--yes', '--licence', 'MIT'],
      [
        ['Author 1', `Curie, Marie${keys.enter}`],
        ['ORCID', keys.enter],
        ['Author 2', keys.enter],
        ['Published:'],
      ],
    );
    expect(code, shown).toBe(0);
  });

  it('an empty token is none: it is not kept, and the next command asks again', async () => {
    const doi = await publishRestricted(published.archive.origin, tokenOf(published.author));
    const person = stranger(published.archive);
    const plan = ['plan', doi, '--provider', 'process'];
    const { code, shown } = await typeAtTerminal(person, plan, [['access token', keys.enter]]);
    expect(code).toBe(2);
    expect(shown).toContain('[invalid-token]');
    expect((await person.type(plan)).stderr).toContain('[needs-answer]');
  });

  it('NO_COLOR is honoured', async () => {
    const person = stranger();
    const colours = new RegExp(`${keys.escape}\\[[0-9;]*m`);
    const coloured = await typeAtTerminal(person, ['runs', 'show', 'none']);
    expect(coloured.shown).toMatch(colours);
    const plain = await typeAtTerminal(person, ['runs', 'show', 'none'], [], { NO_COLOR: '1' });
    expect(plain.shown).not.toMatch(colours);
    expect(plain.shown).toContain('There is no run none.');
  });
});
