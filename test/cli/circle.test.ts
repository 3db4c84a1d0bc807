import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClusterView, Session } from '../../repo2vc/src/model/index.ts';
import { belongings, placesOf, processesOf } from '../support/belongings.ts';
import {
  copyExample,
  newPerson,
  type Person,
  publishExample,
  readJson,
  type ServedArchive,
  serveArchive,
  stranger,
} from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { onlyRun } from '../support/run-client.ts';
import { openSession } from '../support/session.ts';

/** One person who does everything on one computer, from an empty folder. */
let author: Person;
let archive: ServedArchive;
beforeAll(async () => {
  author = newPerson();
  archive = await serveArchive(author);
});
afterAll(async () => {
  await archive.stop();
  await author.leave();
});

describe.skipIf(!needs.pip)('the whole circle', () => {
  it('closes: published, reproduced from the DOI alone, opened, kept longer, ended', async () => {
    const doi = await publishExample(author, copyExample(author, 'one-node'));
    const cwd = join(author.folder, 'empty');
    mkdirSync(cwd);

    // what was published from here needs no consent; --yes accepts the plan
    const ended = await author.type(['reproduce', doi, '--yes', '--log-format', 'json'], { cwd });
    const { events, result, failure } = readJson(ended);
    expect({ code: ended.code, failure }).toEqual({ code: 0, failure: undefined });
    expect(ended.stdout.trim().split('\n')).toHaveLength(1);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const id = String(result?.run);
    const session = result?.session as Session;
    expect(result).toMatchObject({
      state: 'finished',
      session: { cluster: id, openPath: 'lab/tree/analysis.ipynb' },
    });

    const open = await openSession(author, id);
    expect(open.url).toContain(`http://${session.host}:${session.port}/lab/tree/analysis.ipynb`);
    const { events: told } = readJson(await author.type(['runs', 'attach', id, '--log-format', 'json']));
    expect(told).toEqual(events);

    const { runs } = (await author.result(['runs', 'list'])) as unknown as { runs: object[] };
    expect(runs).toMatchObject([
      { kind: 'publish', state: 'finished' },
      { id, kind: 'reproduce', state: 'finished', reference: doi },
    ]);
    expect(await author.result(['runs', 'show', id])).toMatchObject({
      id,
      state: 'finished',
      clusters: [id],
    });

    const clusters = (await author.result(['clusters', 'list'])) as unknown as { clusters: ClusterView[] };
    expect(clusters.clusters).toMatchObject([
      { cluster: { id }, phase: 'ready', nodes: [{ name: 'entry-1' }] },
    ]);
    expect((await author.type(['clusters', 'list'])).stdout).toMatch(new RegExp(`^${id} +ready +1 node `));
    const { expiresAt } = await author.result(['clusters', 'renew', id, '--expires', '2d']);
    expect(await author.result(['clusters', 'show', id])).toMatchObject({ expiresAt });
    const renewed = readJson(await author.type(['runs', 'attach', id, '--log-format', 'json']));
    expect(renewed.result?.session).toMatchObject({ expiresAt });

    await open.write('notes.txt', 'what I found');
    const destroyed = await author.type(['clusters', 'destroy', id]);
    expect(destroyed).toMatchObject({ code: 0, stdout: 'Nothing of it is left.\n' });
    const saved = join(author.state, 'saved', id, session.directory, 'notes.txt');
    expect(readFileSync(saved, 'utf8')).toBe('what I found');
    expect(belongings(author)).toEqual([]);
    expect(await author.result(['clusters', 'list'])).toEqual({ clusters: [], unasked: [] });
    expect((await author.type(['clusters', 'list'])).stdout).toBe('No clusters.\n');
  });

  it('prints an address to open and what to do next, in words; no token lies anywhere else', async () => {
    const doi = await publishExample(author, copyExample(author, 'one-node'));
    const person = stranger(archive);
    const { code, stdout, stderr } = await person.type(['reproduce', doi, '--provider', 'process', '--yes']);
    const run = await onlyRun(person);
    const { url, token } = await openSession(person, run.id);
    expect(code).toBe(0);
    expect(stdout).toContain(`\n  ${url}\n`);
    expect(stdout).toContain(`repo2vc clusters destroy ${run.id}`);
    expect(stderr).toMatch(/^✓ Place the experiment and open it /m);
    expect(stderr).not.toContain(token);

    expect(processesOf(person).length).toBeGreaterThan(0);
    const kept = placesOf([token], [person.folder]);
    expect(kept.filter((path) => !path.startsWith(join(person.state, 'nodes')))).toEqual([
      join(run.folder, 'token'),
    ]);
    for (const path of kept) expect(isClosed(path, person.folder), path).toBe(true);

    const credentials = join(author.folder, 'config', 'repo2vc', 'credentials.yaml');
    const mine = /: (\S+)\n/.exec(readFileSync(credentials, 'utf8'))?.[1] ?? 'none';
    expect(placesOf([mine], [author.folder, person.folder])).toEqual([credentials]);

    await person.result(['clusters', 'destroy', run.id]);
    expect(belongings(person)).toEqual([]);
  });

  it('reproduces a git repository that carries its own template, as it was committed', async () => {
    const person = stranger();
    const folder = copyExample(person, 'in-repository');
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
    git('init', '-q', '-b', 'main');
    git('add', '.');
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
    git(...who, 'commit', '-q', '-m', 'As published');
    git('tag', 'v1');
    writeFileSync(join(folder, 'later.txt'), 'after publication');
    git('add', '.');
    git(...who, 'commit', '-q', '-m', 'Later');

    const asked = ['reproduce', `file://${folder}@v1`, '--provider', 'process', '--yes'];
    const { run, session } = (await person.result(asked)) as unknown as { run: string; session: Session };
    onTestFinished(async () => void (await person.type(['clusters', 'destroy', run])));
    expect(session.openPath).toBe('lab/tree/leading-digits.ipynb');
    const open = await openSession(person, run);
    const { content } = (await open.get('contents/')) as { content: { name: string }[] };
    expect(content.map(({ name }) => name)).toContain('environment.ipynb');
    expect(content.map(({ name }) => name)).not.toContain('later.txt');
    await person.result(['clusters', 'destroy', run]);
    expect(belongings(person)).toEqual([]);
  });
});

/** Whether other users of this computer cannot reach a file: it is closed to them, or a folder above it is. */
function isClosed(path: string, top: string): boolean {
  if ((statSync(path).mode & 0o077) === 0) return true;
  return path !== top && isClosed(dirname(path), top);
}
