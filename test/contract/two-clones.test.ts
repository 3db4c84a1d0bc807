import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Environments, Target } from '../../repo2vc/src/model/index.ts';
import { belongings } from '../support/belongings.ts';
import { copyExample, type Person, type StartOptions, stranger } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { onlyRun } from '../support/run-client.ts';

/** How the built command is started on a computer that is set up otherwise. */
const elsewhere: StartOptions = {
  through: ['sh', '-c', 'umask 077 && exec "$@"', 'sh', process.execPath],
  env: {
    TZ: 'Pacific/Kiritimati',
    LC_ALL: 'tr_TR.UTF-8',
    LANG: 'tr_TR.UTF-8',
    LANGUAGE: 'tr',
    NODE_OPTIONS: `--import ${new URL('../support/other-clock.mjs', import.meta.url).href}`,
  },
};
const here: StartOptions = { env: { TZ: 'UTC', LC_ALL: 'C' } };

/** A clone of the person's own, made with the umask that they work with. */
function clone(person: Person, from: string, options: StartOptions): string {
  const folder = join(person.folder, 'clone');
  const umask = options.through ? '077' : '022';
  const script = `umask ${umask} && exec git clone -q "$1" "$2"`;
  execFileSync('sh', ['-c', script, 'sh', `file://${from}`, folder]);
  return folder;
}

function published(person: Person): string {
  const folder = copyExample(person, 'in-repository');
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args]);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'As published');
  return folder;
}

async function planned(person: Person, folder: string, options: StartOptions) {
  const args = ['plan', folder, '--provider', 'process', '--json'];
  const { code, stdout, stderr } = await person.type(args, options);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** Builds, and takes everything away again. */
async function built(person: Person, folder: string, options: StartOptions) {
  const owner = person.start(['reproduce', folder, '--provider', 'process', '--yes'], options);
  const run = await onlyRun(person);
  await run.attach((event) => event.code === 'step-finished' && event.step === 'build');
  expect((await person.type(['runs', 'cancel', run.id], options)).code).toBe(0);
  await owner.ended;
  expect(belongings(person)).toEqual([]);
  const read = <T>(name: string) => JSON.parse(readFileSync(join(run.folder, name), 'utf8')) as T;
  const { environments } = read<Environments>('environments.json');
  const ids = Object.entries(environments).map(([name, { id }]) => [name, id]);
  return { ids, target: read<Target>('target.json'), began: run.events()[0]?.time ?? '' };
}

it.skipIf(!needs.pip || !needs.git)(
  'two clones give the same plan, byte for byte, and the same environments, whatever umask, locale, time zone and clock are',
  async () => {
    const author = stranger();
    const repository = published(author);
    const [one, other] = [stranger(), stranger()];
    const clones = [clone(one, repository, here), clone(other, repository, elsewhere)] as const;
    const modes = clones.map((folder) => statSync(join(folder, 'leading-digits.ipynb')).mode & 0o777);
    expect(modes).toEqual([0o644, 0o600]);

    const plan = await planned(one, clones[0], here);
    expect(JSON.parse(plan)).toMatchObject({ schemaVersion: 1, environments: {} });
    expect(await planned(other, clones[1], elsewhere)).toBe(plan);

    const first = await built(one, clones[0], here);
    const second = await built(other, clones[1], elsewhere);
    expect(first.ids.length).toBeGreaterThan(0);
    expect(second.ids).toEqual(first.ids);
    expect(second.target).toEqual(first.target);
    expect(Date.parse(second.began) - Date.parse(first.began)).toBeGreaterThan(500 * 24 * 3_600_000);
  },
);
