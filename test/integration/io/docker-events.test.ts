import { expect, it } from 'vitest';
import { dockerFor } from '../../../repo2vc/src/io/docker/client.ts';
import { containersOutOfMemory } from '../../../repo2vc/src/io/docker/events.ts';
import { failureOf } from '../../support/failures.ts';
import { fakeEngine } from '../../support/fake-engine.ts';

const record = (name: string) => `${JSON.stringify({ Actor: { Attributes: { name } } })}\n`;

/** What an engine tells of containers whose memory ran out. */
async function askOf(engine: Awaited<ReturnType<typeof fakeEngine>>) {
  const docker = await dockerFor(engine.context);
  const { signal } = engine.context;
  return containersOutOfMemory(docker, { filters: {} }, new Date(), signal);
}

it('an engine that goes on waiting for events is left when it has told what it remembers', async () => {
  const engine = await fakeEngine((_, response) => response.write(`${record('ä')}${record('b')}{"Act`));
  expect(await askOf(engine)).toEqual([{ name: 'ä' }, { name: 'b' }]);
});

it('an engine that dies meanwhile did not say that nothing happened', async () => {
  const engine = await fakeEngine((_, response) => {
    response.write(record('a'));
    setTimeout(() => response.destroy(), 50);
  });
  expect((await failureOf(() => askOf(engine))).code).toBe('engine-gone');
});
