import type { Context } from '../../context.ts';
import { Failure, isFailure } from '../../failure.ts';
import { type Docker, dockerFor } from '../../io/docker/client.ts';
import { digestOf, type ImageView, imageCalled } from '../../io/docker/images.ts';
import { readDockerfile } from '../../model/dockerfile.ts';
import type { Base, BaseImage, DockerfileSpec, EnvironmentSpec } from '../../model/index.ts';
import { mappedName, pythonImages, repositoryOf } from './base-names.ts';
import { pulledTag } from './names.ts';

/**
 * The images that a spec is built on, as they are now: those that the engine has, else what the registry says that the
 * name means today. Nothing is fetched. Failures: `base-image-missing`, `platform-missing`.
 */
export async function chooseBase(spec: EnvironmentSpec, context: Context): Promise<Base> {
  const docker = await dockerFor(context);
  const { baseImages = {} } = await context.containers();
  const find = (name: string) => findImage(docker, name, mappedName(name, baseImages), context);
  if (spec.kind === 'dockerfile') {
    const images: BaseImage[] = [];
    for (const name of namesIn(spec, docker)) images.push(demand(await find(name)));
    return { kind: 'images', images };
  }
  const missing: Missing[] = [];
  for (const name of pythonImages(spec.python, baseImages)) {
    const found = await find(name);
    if (!('why' in found)) return { kind: 'images', images: [found] };
    missing.push(found);
  }
  throw baseMissing(missing);
}

/** An image that cannot be had, and why. */
interface Missing {
  readonly name: string;
  readonly used: string;
  readonly why: string;
}

async function findImage(
  docker: Docker,
  name: string,
  used: string,
  context: Context,
): Promise<BaseImage | Missing> {
  const here = await imageCalled(docker, used, context.signal);
  if (here) return { name, used, ...identityOf(here, used) };
  try {
    const digest = await digestOf(docker, used, context.signal);
    if (digest !== undefined) return { name, used, digest };
    return { name, used, why: 'the registry does not say what it is' };
  } catch (error) {
    if (!isFailure(error) || !['engine-refused', 'engine-silent'].includes(error.code)) throw error;
    const before = await imageCalled(docker, pulledTag(used), context.signal);
    const why = String(error.args.said ?? error.message);
    if (!before) return { name, used, why };
    const message = `Whether ${used} is still the newest could not be found out (${why}); the one that was fetched before is taken.`;
    context.emit({ code: 'warning', args: { warning: 'base-image-not-checked', message } });
    return { name, used, ...identityOf(before, used) };
  }
}

/** The digest, where the registry gave one, is the same on every computer; an image that was made here has its id. */
function identityOf(image: ImageView, used: string): Pick<BaseImage, 'image' | 'digest'> {
  const from = `${repositoryOf(used)}@`;
  const digest = image.digests.find((one) => one.startsWith(from))?.slice(from.length);
  return { image: image.id, ...(digest === undefined ? {} : { digest }) };
}

function demand(found: BaseImage | Missing): BaseImage {
  if ('why' in found) throw baseMissing([found]);
  return found;
}

/** The images of a Dockerfile, each once. */
function namesIn(spec: DockerfileSpec, docker: Docker): Set<string> {
  const { images } = readDockerfile(spec.text, spec.file);
  const here = `${docker.version.os}/${docker.version.architecture}`;
  const wrong = images.find(
    ({ platform }) => platform !== undefined && !`${platform}/`.startsWith(`${here}/`),
  );
  if (wrong) throw platformMissing(spec, wrong, here);
  return new Set(images.map(({ name }) => name));
}

function platformMissing(
  { file }: DockerfileSpec,
  { line, platform = '', name }: { line: number; platform?: string; name: string },
  here: string,
): Failure {
  return new Failure(
    'platform-missing',
    `${file}, line ${line}: it asks for ${name} for ${platform}, and the container engine runs ${here}.`,
    { hint: 'Use an engine on such a computer: set DOCKER_HOST.', args: { file, line, platform, here } },
  );
}

/** The Failure for images to build on that could not be found, or fetched. */
export function baseMissing(missing: readonly Missing[]): Failure {
  const told = missing.map(({ name, used, why }) => `${name}${used === name ? '' : ` (as ${used})`}: ${why}`);
  const [{ name, used } = { name: '', used: '' }] = missing;
  return new Failure('base-image-missing', `The image to build on cannot be had. ${told.join('; ')}.`, {
    hint: `Run \`docker pull ${used}\`; or name another image in settings.yaml: containers: { baseImages: { "${name}": IMAGE } }.`,
    retryable: true,
    args: { names: missing.map((one) => one.name), used: missing.map((one) => one.used) },
  });
}
