import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { imageBuilder } from '../../repo2vc/src/builders/image/index.ts';
import { dockerfile } from '../../repo2vc/src/buildpacks/dockerfile/dockerfile.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import type { Event } from '../../repo2vc/src/events.ts';
import type {
  ContainerSettings,
  EnvironmentSpec,
  ImageEnvironment,
  Snapshot,
} from '../../repo2vc/src/model/index.ts';
import { baseImages } from './base-image.mjs';
import { testContext } from './context.ts';
import { answeringEngine } from './engine.mjs';
import { ask, call } from './engine-api.mjs';
import { snapshotOf } from './snapshot.ts';

/** The line that gives an image a jupyter-lab that does nothing: a real one takes a minute. */
export const findsJupyter = 'RUN cp /bin/true /usr/local/bin/jupyter-lab';

/** The engine that the tests use. */
export async function engine(): Promise<string> {
  const host = await answeringEngine();
  if (host === undefined) throw new Error('no engine answers');
  return host;
}

/** What a test builds images with. */
export interface Building extends Context {
  readonly events: Event[];
  readonly folder: string;
  readonly runFolder: string;
}

/** A context whose builds have an owner of their own, and whose images go when the test has finished. */
export async function building(
  settings: ContainerSettings = {},
  changes: Partial<Context> = {},
): Promise<Building> {
  const host = await engine();
  const containers = async () => ({ ...settings, baseImages: { ...baseImages, ...settings.baseImages } });
  const environment = { ...process.env, DOCKER_HOST: host };
  const context = testContext({ environment, containers, owner: `images-${Math.random()}`, ...changes });
  onTestFinished(async () => {
    const ids = context.events.flatMap((event) =>
      event.code === 'environment-building' ? event.args.id : [],
    );
    for (const id of ids) await call(host, 'DELETE', `/images/repo2vc/environment:${id}`);
  });
  return { ...context, runFolder: join(context.folder, 'run') };
}

/** Builds a spec on whatever it is to be built on. */
export async function buildSpec(
  spec: EnvironmentSpec,
  tools: Building,
  sourceBuilds = false,
): Promise<ImageEnvironment> {
  const platform = await imageBuilder.platform(tools);
  const base = await imageBuilder.chooseBase('main', spec, tools);
  const built = await imageBuilder.build('main', spec, { platform, base, sourceBuilds }, tools);
  if ('needs' in built) throw new Error(`needs ${JSON.stringify(built.needs)}`);
  if (built.value.builder !== 'image') throw new Error('no image');
  return built.value;
}

/** Writes a repository with a Dockerfile into the run folder; gives what is planned of it. */
export async function planDockerfile(
  files: Readonly<Record<string, string>>,
  { runFolder }: Building,
): Promise<EnvironmentSpec> {
  rmSync(runFolder, { recursive: true, force: true });
  const snapshot: Snapshot = await snapshotOf(runFolder, 'snapshot', files);
  return dockerfile.plan(files, '.', snapshot);
}

/** Builds a repository with a Dockerfile. */
export async function buildFiles(
  files: Readonly<Record<string, string>>,
  tools: Building,
): Promise<ImageEnvironment> {
  return buildSpec(await planDockerfile(files, tools), tools);
}

/** What is left on the engine of somebody's builds, beside images. */
export async function leftOf({ owner }: Context): Promise<string[]> {
  const host = await engine();
  const filters = encodeURIComponent(JSON.stringify({ label: [`repo2vc.owner=${owner}`] }));
  const networks = (await ask(host, 'GET', `/networks?filters=${filters}`)) as { Name: string }[];
  const containers = (await ask(host, 'GET', '/containers/json?all=1')) as {
    Image: string;
    Labels: Record<string, string>;
  }[];
  return [
    ...networks.map(({ Name }) => Name),
    ...containers.filter(({ Labels }) => Labels['repo2vc.owner'] === owner).map(({ Image }) => Image),
  ];
}

/** The image of a name or an id, as the engine shows it. */
export async function inspect(name: string): Promise<{
  Id: string;
  RepoDigests: string[];
  Config: { Env: string[]; User: string; Labels: Record<string, string> };
}> {
  return ask(await engine(), 'GET', `/images/${name}/json`);
}

/** The lines that a build printed. */
export function printed({ events }: Building): string[] {
  return events.flatMap((event) => (event.code === 'build-output' ? event.args.line : []));
}

/** The warnings that were told. */
export function warnings({ events }: Building): string[] {
  return events.flatMap((event) => (event.code === 'warning' ? event.args.warning : []));
}
