// What the benchmarks of containers share: an engine, and access to it with nothing of ours between.
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { baseImage, baseImages } from '../support/base-image.mjs';
import { engineForTests } from '../support/engine.mjs';

/** What is dear to make, and is kept for the next time. */
export const cache =
  process.env.REPO2VC_TEST_CACHE ?? join(tmpdir(), `repo2vc-test-cache-${process.getuid()}`);

/** Measures with an engine and a temporary folder; one row says so when there is no engine. */
export async function withEngine(measure) {
  const engine = await engineForTests(cache).catch((error) => error);
  if (engine instanceof Error) return [{ what: `no container engine: ${engine.message}` }];
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-bench-'));
  const environment = { ...process.env, DOCKER_HOST: engine.host };
  const docker = new Docker({ socketPath: engine.host.slice('unix://'.length) });
  try {
    return await measure({ docker, folder, environment });
  } finally {
    rmSync(folder, { recursive: true });
    await engine.end();
  }
}

/** What the engine of ours is handed. */
export function contextIn(folder, environment, changes = {}) {
  const { signal } = new AbortController();
  setMaxListeners(0, signal); // many calls at once
  return {
    emit: () => undefined,
    clock: {
      now: () => new Date(),
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    },
    random: (n) => randomBytes(n).toString('hex').slice(0, n),
    signal,
    places: { state: join(folder, 'state'), cache: join(folder, 'cache'), config: join(folder, 'config') },
    environment,
    owner: `bench-${process.pid}@here`,
    containers: async () => ({ baseImages }),
    ...changes,
  };
}

/** Builds an image from texts as somebody would who has no more than dockerode; gives its id. */
export async function buildByHand(docker, texts, options) {
  const context = pack();
  for (const [name, text] of Object.entries(texts)) context.entry({ name }, text);
  context.finalize();
  const stream = await docker.buildImage(context, options);
  const records = await new Promise((resolve, reject) =>
    docker.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all))),
  );
  const failed = records.find((record) => record.error);
  if (failed) throw new Error(failed.error);
  return records.find((record) => record.aux?.ID)?.aux.ID;
}

/** A user network of the benchmark's own, on a small subnet; to be removed. */
export function bareNetwork(docker, subnet) {
  return docker.createNetwork({
    Name: `repo2vc-bench-${randomBytes(4).toString('hex')}`,
    CheckDuplicate: true,
    IPAM: { Config: [{ Subnet: subnet }] },
    Labels: { 'repo2vc-test': 'bench' },
  });
}

/** Milliseconds that something takes. */
export async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

const nodeDockerfile = `FROM ${baseImage}
RUN useradd --uid 1000 --create-home jovyan
USER jovyan
WORKDIR /home/jovyan
`;

/** The id of a small image for nodes. */
export function nodeImage(docker) {
  const options = { t: 'repo2vc-test/node:bench', networkmode: 'none' };
  return buildByHand(docker, { Dockerfile: nodeDockerfile }, options);
}

/** What a benchmark asks for: nodes of one image, for ten minutes. */
export function testGoal(provider, count, image) {
  const environment = {
    ...{ id: 'e'.repeat(64), builder: 'image', image, home: '/home/jovyan', entrypoint: [] },
    user: { uid: 1000, gid: 1000, name: 'jovyan' },
  };
  const cluster = {
    id: `b-${randomBytes(6).toString('hex')}`,
    owner: `bench-${process.pid}@here`,
    createdAt: new Date().toISOString(),
  };
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  return {
    schemaVersion: 1,
    cluster,
    provider,
    goal: { groups: [{ role: 'node', count, environment }], expiresAt },
  };
}
