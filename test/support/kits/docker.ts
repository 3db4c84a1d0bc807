import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { baseImages } from '../base-image.mjs';
import { testContext } from '../context.ts';
import { ask, call } from '../engine-api.mjs';
import { objectsOf } from '../engine-objects.mjs';
import { buildSpec, engine } from '../images.ts';
import { nodeEnvironment, nodeImage } from '../node-image.ts';
import { specOf } from '../prefix.ts';
import type { ProviderKit } from './types.ts';

/** The `docker` provider's. */
export const dockerKit: ProviderKit = {
  needs: 'docker',
  environment: async (what) => (what === 'jupyter' ? jupyterEnvironment() : nodeEnvironment()),
  kill: async (_context, cluster, node) => {
    await ask(await engine(), 'POST', `/containers/repo2vc-${cluster}.${node}/kill`);
  },
  footprint: async (_context, cluster) => objectsOf(cluster),
  isTag: (line) => !line.includes('theirs'),
  programs: async (_context, cluster) => (await programsOf(cluster)).map((words) => words.join(' ')),
  placeStrangers: (_context, cluster) => placeStrangers(cluster),
  showing: async (_context, cluster, text) => {
    const shown = await everythingShown(cluster);
    return shown.filter(([, told]) => told.includes(text)).map(([where]) => where);
  },
};

/** Built as any other; it stays on the engine, for the tests that need it next. */
async function jupyterEnvironment() {
  const environment = { ...process.env, DOCKER_HOST: await engine() };
  const own = testContext({ environment, containers: async () => ({ baseImages }) });
  return buildSpec(specOf(['jupyterlab==4.6.4', 'ipykernel']), {
    ...own,
    runFolder: join(own.folder, 'run'),
  });
}

/**
 * What somebody has who made an image of one of our containers and runs it, and a volume with a label of ours: nothing of
 * it is ours.
 */
async function placeStrangers(cluster: string): Promise<void> {
  const host = await engine();
  const own = {
    cluster,
    owner: 'tester@here',
    created: '2026-01-01T00:00:00Z',
    expires: '2027-01-01T00:00:00Z',
  };
  const node = {
    version: '0',
    node: 'node-1',
    role: 'node',
    spec: '0',
    image: 'sha256:0',
    user: '0:0',
    home: '/',
  };
  const Labels = Object.fromEntries(
    Object.entries({ ...own, ...node }).map(([key, value]) => [`repo2vc.${key}`, value]),
  );
  const name = `theirs-${cluster}`;
  const body = {
    Image: await nodeImage(),
    Cmd: ['sleep', '1000'],
    Labels,
    HostConfig: { NetworkMode: 'none' },
  };
  onTestFinished(async () => {
    await call(host, 'DELETE', `/containers/${name}?force=1`);
    await call(host, 'DELETE', `/volumes/${name}`);
  });
  await ask(host, 'POST', `/containers/create?name=${name}`, { body });
  await ask(host, 'POST', `/containers/${name}/start`);
  await ask(host, 'POST', '/volumes/create', { body: { Name: name, Labels } });
}

async function containersOf(cluster: string): Promise<{ Id: string; State: string; Names: string[] }[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`repo2vc.cluster=${cluster}`] }));
  const found: { Id: string; State: string; Names: string[] }[] = await ask(
    await engine(),
    'GET',
    `/containers/json?all=1&filters=${filters}`,
  );
  return found.filter(({ Names }) => Names.some((name) => name.startsWith('/repo2vc-')));
}

async function programsOf(cluster: string): Promise<string[][]> {
  const host = await engine();
  const running = (await containersOf(cluster)).filter(({ State }) => State === 'running');
  const tables = running.map(async ({ Id }) => {
    const { status, text } = await call(host, 'GET', `/containers/${Id}/top?ps_args=axe&stream=false`);
    // One that is ending has none.
    return (status === 200 && (JSON.parse(text) as { Processes: string[][] | null }).Processes) || [];
  });
  return (await Promise.all(tables)).flat();
}

/** What anybody who may ask the engine, or look at this computer's processes, sees. */
async function everythingShown(cluster: string): Promise<[where: string, told: string][]> {
  const host = await engine();
  const containers = await containersOf(cluster);
  const paths = [
    ...containers.flatMap(({ Id }) => [`/containers/${Id}/json`, `/containers/${Id}/logs?stdout=1&stderr=1`]),
    ...[
      '/volumes',
      '/networks',
      '/containers/json?all=1',
      `/events?since=0&until=${Math.floor(Date.now() / 1000)}`,
    ],
  ];
  const answers = paths.map(
    async (path): Promise<[string, string]> => [path, (await call(host, 'GET', path)).text],
  );
  return [...(await Promise.all(answers)), ['processes', JSON.stringify(await programsOf(cluster))]];
}
