// The container engine that tests use: one that answers, or one that is started for the time of the tests. Run as a program,
// it says by its exit code whether there is one now, with the image that the tests build on.
import { spawnSync } from 'node:child_process';
import { ensureBaseImage, hasBaseImage } from './base-image.mjs';
import { startDockerd } from './dockerd.mjs';
import { answers } from './engine-api.mjs';

const usual = 'unix:///var/run/docker.sock';

/** The engine that answers, at DOCKER_HOST or where one usually is. */
export async function answeringEngine() {
  for (const host of [process.env.DOCKER_HOST, usual]) {
    if (host !== undefined && (await answers(host))) return host;
  }
  return undefined;
}

/**
 * Finds or starts one that has the base image. An Error says why there is none.
 * @param {string} cache the test cache, where the base image is kept
 * @returns {Promise<{ host: string, own: boolean, end: () => Promise<string[]> }>} `own` when it was started here;
 *   `end` ends that and gives what could not be taken back
 */
export async function engineForTests(cache) {
  const host = await answeringEngine();
  const engine = host ? { host, own: false, end: async () => [] } : await startOwn();
  try {
    await ensureBaseImage(engine.host, cache);
    return engine;
  } catch (error) {
    await engine.end();
    throw error;
  }
}

async function startOwn() {
  if (process.getuid?.() !== 0) throw new Error('no engine answers, and only root can start one');
  if (spawnSync('dockerd', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Error('no engine answers, and there is no dockerd to start');
  return { own: true, ...(await startDockerd()) };
}

if (process.argv[1] === import.meta.filename) {
  const host = await answeringEngine();
  process.exitCode = host !== undefined && (await hasBaseImage(host)) ? 0 : 1;
}
