// What the benchmarks of containers share: an engine, and access to it with nothing of ours between.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { nodeDockerfile } from '../support/base-image.mjs';
import { goalOf } from '../support/built-engine.mjs';
import { cacheFolder } from '../support/cache.mjs';
import { engineForTests } from '../support/engine.mjs';

/** Measures with an engine and a temporary folder; one row says so when there is no engine. */
export async function withEngine(measure) {
  const engine = await engineForTests(cacheFolder).catch((error) => error);
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

/** The id of a small image for nodes. */
export function nodeImage(docker) {
  const options = { t: 'repo2vc-test/node:bench', networkmode: 'none' };
  return buildByHand(docker, { Dockerfile: nodeDockerfile }, options);
}

/** A goal of nodes of that image. */
export function imageGoal(provider, count, image) {
  const user = { uid: 1000, gid: 1000, name: 'jovyan' };
  return goalOf(provider, count, { builder: 'image', image, home: '/home/jovyan', entrypoint: [], user });
}
