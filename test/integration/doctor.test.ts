import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine } from '../../repo2vc/src/pipeline/doctor.ts';
import { registerLocalArchive } from '../../repo2vc/src/settings/local-archives.ts';
import { baseImages } from '../support/base-image.mjs';
import { testContext } from '../support/context.ts';
import { pathWithoutBubblewrap } from '../support/contract-run.ts';
import { memoryProvider, newWorld } from '../support/memory-provider.ts';
import { everyTestNeeds, needs } from '../support/needs.ts';
import { buildContext } from '../support/prefix.ts';

everyTestNeeds('pip');

type Examined = Awaited<ReturnType<typeof buildContext>>;

/** Archives where nobody listens, two of them in the place of those that everybody knows. */
const settings = ['zenodo', 'zenodo-sandbox', 'mine']
  .map((name, index) => `  - { name: ${name}, origin: "http://127.0.0.1:${9 + index}" }\n`)
  .join('');

const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

/** The findings, by code, on a computer without a container engine. */
async function found(context: Examined) {
  mkdirSync(context.places.config, { recursive: true });
  writeFileSync(join(context.places.config, 'settings.yaml'), `archives:\n${settings}`);
  const findings = await examine({ ...context, environment: { ...context.environment, ...noEngine } });
  return new Map(findings.map((finding) => [finding.code, finding]));
}

test('a computer that has what is needed', async () => {
  const context = await buildContext();
  const findings = await found(context);
  for (const code of ['node-found', 'python-found', 'uv-found', 'packages-reachable', 'settings-valid']) {
    expect(findings.get(code), code).toMatchObject({ state: 'ok' });
  }
  for (const code of ['credentials-safe', 'provider-works', 'no-leftovers']) {
    expect(findings.get(code), code).toMatchObject({ state: 'ok' });
  }
  expect(findings.get('archive-silent')).toMatchObject({
    state: 'note',
    message: expect.stringContaining('mine (http://127.0.0.1:11)'),
    remedy: 'curl -I http://127.0.0.1:11',
  });
});

test('a container engine that is not there is no problem where processes do', async () => {
  const findings = await found(await buildContext());
  expect(findings.get('no-engine')).toMatchObject({
    state: 'note',
    topic: 'docker',
    remedy: expect.stringContaining('docker'),
  });
});

test.skipIf(!needs.docker)(
  'a container engine: which it is, its disk, its networks, its base image',
  async () => {
    const context = { ...testContext(), containers: async () => ({ baseImages }) };
    const findings = (await examine(context)).filter(({ state }) => state === 'ok');
    const topics = findings.map(({ topic }) => topic);
    for (const topic of ['docker', 'engine', 'engine-disk', 'engine-networks', 'base image']) {
      expect(topics).toContain(topic);
    }
  },
);

test('a local archive that was stopped: the command that opens it, to be pasted', async () => {
  const context = testContext();
  const directory = join(context.folder, "my archive's");
  mkdirSync(directory);
  const archive = { archiveId: 'aaaaaaaa', origin: 'http://127.0.0.1:12', doiPrefix: '10.5072/a', directory };
  await registerLocalArchive(context, archive);
  const silent = (await found(context)).get('archive-silent');
  expect(silent?.remedy).toBe(`repo2vc archive serve --dir '${join(context.folder, "my archive'\\''s")}'`);
});

test('a computer that has nothing: a remedy for each', async () => {
  const findings = await found(testContext({ environment: { PATH: '/nowhere' } }));
  expect(findings.get('python-missing')).toMatchObject({ state: 'problem' });
  expect(findings.get('python-missing')?.remedy).toContain('apt-get install python3');
  expect(findings.get('pip-missing')?.remedy).toContain('apt-get install python3-pip');
  expect(findings.get('uv-missing')).toMatchObject({ state: 'problem' });
  expect(findings.get('packages-unknown')).toMatchObject({ state: 'note' });
  const topics = new Set([...findings.values()].map((finding) => finding.topic));
  for (const topic of ['disk', 'memory', 'packages', 'archives', 'process', 'leftovers']) {
    expect(topics).toContain(topic);
  }
  const bad = [...findings.values()].filter((finding) => finding.state !== 'ok');
  expect(bad.filter((finding) => !finding.remedy)).toEqual([]);
});

test('a computer without bubblewrap: what that means, and how to get it', async () => {
  const context = testContext();
  const environment = { PATH: pathWithoutBubblewrap(join(context.folder, 'bin')) };
  const findings = await found({ ...context, environment });
  expect(findings.get('bubblewrap-missing')).toMatchObject({
    state: 'note',
    topic: 'isolation',
    remedy: 'sudo apt-get install bubblewrap',
  });
  expect([...findings.values()].map((finding) => finding.topic)).toContain('limits');
});

test('clusters that outlived their end are told with what removes them, and those of others are not', async () => {
  const context = testContext();
  const world = newWorld();
  const make = (id: string, owner: string, expiresAt: string) => {
    const cluster = { id, owner, createdAt: '2020-01-01T00:00:00.000Z' };
    world.clusters.set(id, { cluster, expiresAt, nodes: new Map() });
  };
  make('mine-over', context.owner, '2020-01-02T00:00:00.000Z');
  make('mine', context.owner, '2999-01-01T00:00:00.000Z');
  make('theirs-over', 'other@there', '2020-01-02T00:00:00.000Z');
  const findings = await examine(context, [memoryProvider(world)]);
  expect(findings.find((finding) => finding.code === 'clusters-expired')).toMatchObject({
    state: 'note',
    args: { clusters: 2, expired: ['mine-over'] },
    remedy: 'repo2vc clusters sweep',
  });
});

test('an index that cannot be reached, and credentials that others can read', async () => {
  const context = await buildContext({ UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' });
  mkdirSync(context.places.config, { recursive: true });
  const path = join(context.places.config, 'credentials.yaml');
  writeFileSync(path, 'https://zenodo.org: hunter2\n');
  chmodSync(path, 0o644);
  const findings = await found(context);
  expect(findings.get('packages-unreachable')).toMatchObject({ state: 'problem', topic: 'packages' });
  expect(findings.get('credentials-exposed')).toMatchObject({
    state: 'problem',
    remedy: `Run: chmod 600 ${path}`,
  });
  expect(JSON.stringify([...findings.values()])).not.toContain('hunter2');
});
