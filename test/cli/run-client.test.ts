import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { belongings } from '../support/belongings.ts';
import { type Published, publishedExample, stranger } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { createRun, openRun } from '../support/run-client.ts';

let published: Published;
beforeAll(async () => {
  published = await publishedExample();
});
afterAll(() => published.end());

describe.skipIf(!needs.pip)('a run driven through its files alone', () => {
  it('is planned, confirmed, started, killed, attached to, resumed and cancelled', async () => {
    const person = stranger(published.archive);
    const request = { kind: 'reproduce', reference: published.doi, workingDirectory: person.folder };

    // plan: the run stops at its questions, one after the other
    const run = createRun(person, request);
    const seq = await untilWaiting(run, 0);
    expect(run.needs()).toMatchObject([{ kind: 'consent', to: 'process' }]);
    run.answer({ provider: 'process' });
    const asked = await untilWaiting(run, seq);
    const [{ kind, hash } = { kind: '' }] = run.needs();
    expect(kind).toBe('confirm');
    expect(run.value('plan.json')).toMatchObject({
      title: 'The speed of light in air, after Michelson (1879)',
    });
    expect(belongings(person)).toEqual([]);

    // confirm and start; the owner is killed in the middle of a step
    run.answer({ confirmed: [hash] });
    const owner = run.start();
    const cell = await run.attach((event) => event.code === 'cell-started', asked);
    expect(run.isOwned()).toBe(true);
    owner.kill('SIGKILL');
    await gone(owner);
    expect(run.isOwned()).toBe(false);

    // another front attaches, sees everything from the first event, and resumes
    const other = openRun(person, run.id);
    expect((await other.attach((event) => event.code === 'run-started')).seq).toBe(1);
    const again = other.start();
    const ready = await other.attach((event) => event.code === 'run-finished', cell.seq);
    await gone(again);
    expect(other.events().map((event) => event.seq)).toEqual(other.events().map((_, index) => index + 1));
    expect(other.value('session.json')).toMatchObject({ cluster: run.id });

    // cancel: whoever owns it next takes everything away
    other.cancel();
    await gone(other.start());
    expect(other.events().at(-1)?.code).toBe('run-canceled');
    expect(ready.seq).toBeLessThan(other.events().length);
    expect(belongings(person)).toEqual([]);
  });

  it('is cancelled while it works', async () => {
    const person = stranger(published.archive);
    const request = { kind: 'reproduce', reference: published.doi, workingDirectory: person.folder };
    const run = createRun(person, request, { provider: 'process' });
    const owner = run.start('--yes');
    await run.attach((event) => event.code === 'cell-started');
    run.cancel();
    await gone(owner);
    expect(run.events().at(-1)?.code).toBe('run-canceled');
    expect(belongings(person)).toEqual([]);
  });
});

/** Starts the run until it has a question; gives the number of its last event. */
async function untilWaiting(run: ReturnType<typeof openRun>, seq: number): Promise<number> {
  const owner = run.start();
  const waiting = await run.attach((event) => event.code === 'run-waiting', seq);
  await gone(owner);
  return waiting.seq;
}

async function gone(child: ReturnType<ReturnType<typeof openRun>['start']>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}
