import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { filesOfContext } from '../../io/docker/context.ts';
import { codeOf, type FoundFile, readIfThere } from '../../io/files.ts';
import { readDockerfile } from '../../model/dockerfile.ts';
import {
  contextIdOf,
  type DockerfileSpec,
  type FileEntry,
  hashOf,
  ignoredBy,
  ignoreFilesOf,
} from '../../model/index.ts';
import { buildIn } from './engine-build.ts';
import type { Preparation } from './prepared.ts';
import { imageUser } from './render.ts';

/** An image of somebody's Dockerfile that is to be built. */
export interface DockerfileBuild {
  readonly spec: DockerfileSpec;
  /** Absolute. */
  readonly runFolder: string;
  /** Our names for the images that it names. */
  readonly bases: ReadonlyMap<string, string>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Builds a Dockerfile from the files around it, on the images that were chosen, with repo2docker's build arguments.
 * Failures: `context-too-large`, `context-changed`, and those of building.
 */
export async function buildDockerfile(build: DockerfileBuild, preparation: Preparation): Promise<string> {
  const { spec, bases, labels } = build;
  const { name, place, settings, log, context } = preparation;
  const { rewritten, buildkit: needed } = readDockerfile(spec.text, spec.file);
  // What Podman builds with knows what BuildKit does.
  const buildkit = place.docker.version.engine === 'Podman' ? undefined : needed;
  if (buildkit) {
    const message = `${spec.file}, line ${buildkit.line}: ${buildkit.what} needs BuildKit, which builds on the engine's own network and with no limit of memory.`;
    context.emit({ code: 'warning', args: { warning: 'build-by-buildkit', message } });
  }
  const folder = join(build.runFolder, spec.context.folder);
  const { files, ignoring } = await filesIn(folder, spec, await mostBytes(preparation));
  const text = rewritten((image) => bases.get(image) ?? image);
  const dockerfile = `.dockerfile.${hashOf(text).slice(0, 16)}`;
  const args = { NB_USER: imageUser.name, NB_UID: String(imageUser.uid), REPO_DIR: imageUser.home };
  return buildIn(place, {
    ...{ name, dockerfile, labels, log, buildkit: buildkit !== undefined, clock: context.clock },
    args: { ...args, ...settings.proxies },
    context: {
      ...{ folder, files },
      texts: { [dockerfile]: text, '.dockerignore': await hiding(dockerfile, folder, files, ignoring) },
      check: (sent) => checkUnchanged(sent, spec),
    },
  });
}

/** The files that are sent, and the ignore file that says what is not. */
async function filesIn(folder: string, spec: DockerfileSpec, most: number) {
  const found = await filesOfContext(folder).catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? changed(spec) : error;
  });
  const ignoring = ignoreFilesOf(spec.file).find((path) => found.some((file) => file.path === path));
  const isIgnored = ignoredBy(ignoring && (await readFile(join(folder, ignoring), 'utf8')));
  const files = found.filter(({ path }) => !isIgnored(path));
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes > most) throw tooLarge(spec, bytes, most);
  return { files, ignoring };
}

/**
 * The text of .dockerignore that keeps what we add out of the image: the engine reads it for this alone, as what it
 * names of the others was not sent.
 */
async function hiding(
  dockerfile: string,
  folder: string,
  files: readonly FoundFile[],
  ignoring: string | undefined,
): Promise<string> {
  const kept = ignoring === '.dockerignore' && files.some(({ path }) => path === ignoring);
  const own = kept ? ((await readIfThere(join(folder, '.dockerignore'))) ?? '') : '.dockerignore';
  return `${own}\n${dockerfile}\n`;
}

async function mostBytes({ context }: Preparation): Promise<number> {
  const { contextMiB = 5120 } = await context.containers();
  return contextMiB * 1024 * 1024;
}

function checkUnchanged(sent: readonly FileEntry[], spec: DockerfileSpec): void {
  if (contextIdOf(sent) !== spec.context.contentId) throw changed(spec);
}

function changed({ file, context }: DockerfileSpec): Failure {
  return new Failure(
    'context-changed',
    `The files around ${file}, in ${context.folder} of the run, are not those that were fetched.`,
    { hint: 'Begin a new run: it fetches them again.', args: { file, folder: context.folder } },
  );
}

function tooLarge({ file }: DockerfileSpec, bytes: number, most: number): Failure {
  const mebibytes = (number: number) => Math.ceil(number / 1024 / 1024);
  return new Failure(
    'context-too-large',
    `The files around ${file} hold ${mebibytes(bytes)} MiB, and ${mebibytes(most)} MiB may be sent to the engine.`,
    {
      hint: 'Leave out what it does not copy (.dockerignore), or allow more in settings.yaml: containers: { contextMiB: NUMBER }.',
      args: { file, bytes, most },
    },
  );
}
