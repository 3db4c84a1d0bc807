import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ClusterProvider } from '../../../repo2vc/src/clusters/types.ts';
import { Failure } from '../../../repo2vc/src/failure.ts';
import { type Answers, parserOf, type Target } from '../../../repo2vc/src/model/index.ts';
import { buildEnvironments } from '../../../repo2vc/src/pipeline/build.ts';
import { chooseTarget } from '../../../repo2vc/src/pipeline/target.ts';
import type { StepTools } from '../../../repo2vc/src/pipeline/types.ts';
import { httpFor } from '../../../repo2vc/src/settings/client.ts';
import { recordPublished } from '../../../repo2vc/src/settings/published.ts';
import { temporaryFolder } from '../../support/context.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { detectionOf, emptySnapshot, planOf } from '../../support/plan.ts';
import { buildContext, specOf } from '../../support/prefix.ts';
import { makeSourceDistribution } from '../../support/python-packages.ts';

everyTestNeeds('pip');

const parseTarget = parserOf<Target>('target.schema.json');
const snapshot = emptySnapshot();
const template = emptySnapshot({ contentId: 'b'.repeat(64) });
const byLink = detectionOf({ snapshot: template, origin: 'used-link' });
const consented: Answers = { schemaVersion: 1, consents: ['process'] };
const unasked: Answers = { schemaVersion: 1 };

/** Of a provider, what choosing a target may ask. */
function providerOf(id: string, check: ClusterProvider['check']): ClusterProvider {
  const never = () => Promise.reject(new Error('choosing a target changes nothing'));
  return {
    ...{
      id,
      builder: 'prefix',
      check,
      observe: never,
      perform: never,
      renew: never,
      stop: never,
      list: never,
    },
    ...{ plan: () => [], connect: never, consent: 'process', parallel: 1, examine: async () => [] },
  };
}

const promises = { limits: 'watched', expiry: 'enforced', isolation: 'bubblewrap' } as const;
const works = providerOf('process', async () => promises);
const broken = providerOf('broken', () =>
  Promise.reject(new Failure('engine-missing', 'There is no engine.')),
);

async function toolsOf(
  settings: StepTools['settings'] = {},
  variables: Record<string, string> = {},
): Promise<StepTools> {
  const context = await buildContext(variables);
  const http = httpFor(context, settings, 'test');
  return {
    ...context,
    http,
    settings,
    runFolder: join(context.folder, 'run'),
    workingDirectory: context.folder,
  };
}

async function publish(tools: StepTools, ...ids: readonly string[]): Promise<void> {
  for (const contentId of ids) {
    await recordPublished(tools.places, {
      contentId,
      doi: '10.5072/x.1',
      role: 'experiment',
      at: '2030-01-01T00:00:00Z',
    });
  }
}

test("other people's code runs here only after consent, asked before anything is done", async () => {
  const tools = await toolsOf({}, { PATH: '/nowhere' });
  const need = { kind: 'consent', to: 'process', isolation: 'bubblewrap' };
  const ask = () => chooseTarget(planOf(), byLink, snapshot, unasked, tools, [works]);
  expect(await ask()).toEqual({ needs: [need] });
  await publish(tools, snapshot.contentId);
  expect(await ask()).toEqual({ needs: [need] });
});

test('what was published from here runs unasked: the template too, unless it is part of the experiment', async () => {
  const tools = await toolsOf();
  await publish(tools, snapshot.contentId);
  const inside = detectionOf({ snapshot, origin: 'same-snapshot' });
  for (const detection of [inside, detectionOf()]) {
    expect(await chooseTarget(planOf(), detection, snapshot, unasked, tools, [works])).toHaveProperty(
      'value',
    );
  }
  await publish(tools, template.contentId);
  expect(await chooseTarget(planOf(), byLink, snapshot, unasked, tools, [works])).toHaveProperty('value');
});

test('a target says what was chosen, and why', async () => {
  const tools = await toolsOf();
  const outcome = await chooseTarget(planOf(), byLink, snapshot, consented, tools, [broken, works]);
  if (!('value' in outcome)) throw new Error('asks');
  expect(parseTarget(outcome.value, 'target.json')).toMatchObject({
    provider: 'process',
    builder: 'prefix',
    platform: { os: 'linux', libc: expect.stringMatching(/^(glibc|musl)-\d+\.\d+$/) },
    bases: {
      main: {
        kind: 'interpreter',
        interpreter: { implementation: 'cpython', version: expect.stringMatching(/^3\./) },
      },
    },
    cost: { basis: 'free' },
    expiresAfterMinutes: 240,
    sourceBuilds: false,
    ...promises,
  });
  expect(outcome.value.reasons.map((reason) => reason.code)).toEqual([
    'provider-unavailable',
    'provider-first-that-works',
    'expiry-chosen',
  ]);
});

test('naming the provider is consent; a name that is none is not understood', async () => {
  const tools = await toolsOf();
  const named = await chooseTarget(planOf(), byLink, snapshot, { ...unasked, provider: 'process' }, tools, [
    works,
  ]);
  expect(named).toMatchObject({ value: { provider: 'process' } });
  // Consent given by name or by a yes leads to the same target, so to the same hash.
  expect(named).toEqual(await chooseTarget(planOf(), byLink, snapshot, consented, tools, [works]));
  const mistyped = chooseTarget(planOf(), byLink, snapshot, { ...unasked, provider: 'proces' }, tools, [
    works,
  ]);
  await expect(mistyped).rejects.toMatchObject({ code: 'unknown-provider', hint: 'Did you mean process?' });
});

test('no provider works: its own failure is told', async () => {
  const tools = await toolsOf();
  const choosing = chooseTarget(planOf(), byLink, snapshot, consented, tools, [broken]);
  await expect(choosing).rejects.toMatchObject({ code: 'engine-missing' });
});

test('the end: as answered, as set, as planned, and never later than the template allows', async () => {
  const minutes = async (settings: StepTools['settings'], answers: Partial<Answers>) => {
    const tools = await toolsOf(settings);
    const outcome = await chooseTarget(planOf(), byLink, snapshot, { ...consented, ...answers }, tools, [
      works,
    ]);
    return 'value' in outcome ? outcome.value.expiresAfterMinutes : undefined;
  };
  expect(await minutes({}, {})).toBe(240);
  expect(await minutes({ expiresAfterMinutes: 60 }, {})).toBe(60);
  expect(await minutes({ expiresAfterMinutes: 60 }, { expiresAfterMinutes: 1440 })).toBe(1440);
  expect(await minutes({ expiresAfterMinutes: 9999 }, {})).toBe(1440);
  await expect(minutes({}, { expiresAfterMinutes: 1441 })).rejects.toMatchObject({ code: 'expiry-too-long' });
});

test('a requirement that no builder can honour is refused before anybody is asked', async () => {
  const tools = await toolsOf();
  const plan = planOf({ environments: { main: specOf(['-e .']) } });
  const choosing = chooseTarget(plan, byLink, snapshot, unasked, tools, [works]);
  await expect(choosing).rejects.toMatchObject({ code: 'requirement-not-supported' });
});

test('building from source is a question of its own, and its answer is part of the target', async () => {
  const links = temporaryFolder();
  makeSourceDistribution(links, 'sourceonly', '1.0', '/nothing');
  const tools = await toolsOf({}, { UV_FIND_LINKS: links });
  const plan = planOf({ environments: { client: specOf([]), main: specOf(['sourceonly']) } });
  const attempt = async (answers: Answers) => {
    const outcome = await chooseTarget(plan, byLink, snapshot, answers, tools, [works]);
    if (!('value' in outcome)) throw new Error('asks');
    return buildEnvironments(plan, outcome.value, tools);
  };
  expect(await attempt(consented)).toEqual({
    needs: [{ kind: 'consent', to: 'source-builds', packages: ['sourceonly'] }],
  });
  const built = await attempt({ ...consented, consents: ['process', 'source-builds'] });
  expect(built).toMatchObject({
    value: { environments: { main: { lock: { packages: [{ name: 'sourceonly', version: '1.0' }] } } } },
  });
});
