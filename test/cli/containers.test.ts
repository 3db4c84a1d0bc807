import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Session } from '../../repo2vc/src/model/index.ts';
import { examples, newPerson, type Person, readJson, stranger } from '../support/cli.ts';
import { engineProxy } from '../support/engine-proxy.ts';
import { executeThere, storedTexts } from '../support/executed.ts';
import { everyTestNeeds } from '../support/needs.ts';
import { openSession } from '../support/session.ts';

everyTestNeeds('docker');
everyTestNeeds('pip');

/** Somebody who has a container engine. */
let person: Person;
beforeAll(() => {
  person = newPerson({ containers: true });
});
afterAll(() => person.leave());

interface Opened {
  readonly run: string;
  readonly session: Session;
}

/** Reproduces a folder of the examples; the cluster is gone after the test. */
async function reproduce(example: string, ...options: string[]): Promise<Opened> {
  const asked = ['reproduce', join(examples, example), '--yes', ...options];
  const opened = (await person.result(asked)) as unknown as Opened;
  onTestFinished(async () => {
    await person.type(['clusters', 'destroy', opened.run, '--discard']);
  });
  return opened;
}

function targetOf({ run }: Opened): { readonly provider: string; readonly isolation: string } {
  return JSON.parse(readFileSync(join(person.state, 'runs', run, 'target.json'), 'utf8'));
}

it.each([
  ['one-node', 'analysis.ipynb'],
  ['in-repository', 'leading-digits.ipynb'],
])('%s gives the same results in containers and as processes', async (example, notebook) => {
  const inContainers = await reproduce(example);
  expect(targetOf(inContainers)).toMatchObject({ provider: 'docker', isolation: 'container' });
  const asProcesses = await reproduce(example, '--provider', 'process');
  const [there, here] = await Promise.all(
    [inContainers, asProcesses].map(({ run }) => executeThere(person, run, notebook)),
  );
  expect(there).toEqual(here);
  expect(there).toEqual(storedTexts(readFileSync(join(examples, example, notebook), 'utf8')));
});

it('a Dockerfile is built, opened and run; what was changed comes home, and nothing is left', async () => {
  const opened = await reproduce('dockerfile');
  expect(opened.session.openPath).toBe('lab/tree/two-hundred-digits.ipynb');
  const open = await openSession(person, opened.run);
  expect(new URL(open.url).hostname).toMatch(/^127\.77\./);
  const notebook = 'two-hundred-digits.ipynb';
  expect(await executeThere(person, opened.run, notebook)).toEqual(
    storedTexts(readFileSync(join(examples, 'dockerfile', notebook), 'utf8')),
  );
  await open.write('notes.txt', 'what I found');
  const destroyed = await person.type(['clusters', 'destroy', opened.run]);
  expect(destroyed).toMatchObject({ code: 0, stdout: 'Nothing of it is left.\n' });
  const saved = join(person.state, 'saved', opened.run, opened.session.directory, 'notes.txt');
  expect(readFileSync(saved, 'utf8')).toBe('what I found');
});

it('an engine of another computer: the notebook opens here while a command leads to it', async () => {
  const { host } = await engineProxy('tcp');
  const env = { DOCKER_HOST: host };
  const asked = ['reproduce', join(examples, 'in-repository'), '--yes'];
  const ended = await person.type(asked, { env });
  const run = /repo2vc runs forward (r-\S+)/.exec(ended.stdout)?.[1] ?? '';
  onTestFinished(async () => {
    await person.type(['clusters', 'destroy', run, '--discard']);
  });
  const address = /http:\S+/.exec(ended.stdout)?.[0] ?? '';
  await expect(fetch(address)).rejects.toThrow();
  const way = person.start(['runs', 'forward', run], { env });
  await way.said('until Ctrl-C');
  const open = await openSession(person, run);
  expect(open.url).toBe(address);
  way.child.kill('SIGINT');
  expect((await way.ended).code).toBe(0);
  // Where it cannot be asked, nobody is told that the notebook has ended.
  const away = { env: { DOCKER_HOST: 'tcp://127.0.0.1:9' } };
  const shown = await person.type(['runs', 'show', run], away);
  expect(shown.stdout).toContain(`${run}, which cannot be seen: No container engine answers`);
  const asking = ['runs', 'show', run, '--url', '--log-format', 'json'];
  expect(readJson(await person.type(asking, away)).failure).toMatchObject({ code: 'no-engine' });
});

it('without an engine a Dockerfile is refused, and packages run as processes; both say why', async () => {
  const without = stranger();
  const asked = ['plan', join(examples, 'dockerfile'), '--log-format', 'json'];
  const { failure } = readJson(await without.type(asked));
  expect(failure).toMatchObject({ code: 'no-engine', hint: expect.stringContaining('docker') });
  expect(failure?.message).toMatch(
    /^Dockerfile can only be built by a container engine\. No container engine/,
  );
  const plan = await without.type(['plan', join(examples, 'in-repository')]);
  expect(plan.stderr).toContain('process is the first provider that works here');
  expect(plan.stderr).toContain('docker does not work here: no container engine answers');
});
