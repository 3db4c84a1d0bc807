import type { Docker } from '../../io/docker/client.ts';
import { imageCalled, tagImage } from '../../io/docker/images.ts';
import type {
  BaseImage,
  EnvironmentLock,
  EnvironmentSpec,
  ImageEnvironment,
  Platform,
} from '../../model/index.ts';
import { onlySource } from '../problems.ts';
import { builtFromSource, lockedPackages, type Pinned } from '../requirements.ts';
import type { BuildTools } from '../types.ts';
import { buildLog } from './build-log.ts';
import { buildDockerfile } from './dockerfile.ts';
import { hostSettings } from './host-settings.ts';
import { environmentTag, partsOf } from './names.ts';
import { obtainBase, type Preparation, trusting } from './prepared.ts';
import { refuseWithoutJupyter, withProbed } from './probe.ts';
import type { Probed } from './probe-script.ts';
import { buildPython } from './python.ts';
import { withWorkplace } from './workplace.ts';

/** An image that is to be built, and what for. */
export interface Work {
  readonly name: string;
  readonly id: string;
  readonly spec: EnvironmentSpec;
  readonly bases: readonly BaseImage[];
  readonly platform: Platform;
  readonly sourceBuilds: boolean;
  /** PEM, if the image is to trust the computer's authorities. */
  readonly authorities: string | undefined;
  readonly tools: BuildTools;
}

type BuiltOn = NonNullable<EnvironmentLock['images']>[number];

/** Builds an image in a workplace of its own, and looks at what was made. Leaves nothing but images. */
export async function makeImage(work: Work, docker: Docker): Promise<ImageEnvironment> {
  const { name, spec, sourceBuilds, authorities, tools } = work;
  const sources = sourceBuilds || spec.kind !== 'python' ? [] : builtFromSource(spec.requirements);
  if (sources.length > 0) throw onlySource(sources, name);
  const settings = await hostSettings(tools);
  if (settings.leftOut.length > 0) {
    const message = `The build runs in a container, where these settings of this computer mean nothing: ${settings.leftOut.join(', ')}.`;
    tools.emit({ code: 'warning', args: { warning: 'settings-left-out', message } });
  }
  return withWorkplace(docker, tools, async (place) => {
    const log = buildLog(name, tools.emit);
    const preparation = { name, place, settings, authorities, log, context: tools };
    const { image, images, pinned, probed } = await build(work, preparation);
    const entrypoint = (await imageCalled(docker, image, place.signal))?.entrypoint ?? [];
    const { user, home } = probed;
    const lock = lockOf(work.platform, probed, pinned, images);
    // The name is given last: what does not serve has none.
    await tagImage(docker, image, partsOf(environmentTag(work.id)), place.signal);
    return { id: work.id, builder: 'image', image, user, home, entrypoint: [...entrypoint], lock };
  });
}

/** An image that was built, and what is known of it. */
interface Built {
  readonly image: string;
  readonly images: BuiltOn[];
  readonly probed: Probed;
  readonly pinned?: readonly Pinned[];
}

/** Builds on the images that were chosen, each under a name of ours. */
async function build(
  { name, id, spec, bases, sourceBuilds, tools }: Work,
  preparation: Preparation,
): Promise<Built> {
  const images: BuiltOn[] = [];
  const tags = new Map<string, string>();
  const labels = { 'repo2vc.environment': id };
  for (const base of bases) {
    const image = await obtainBase(base, preparation);
    images.push({ ...base, image: image.id });
    if (spec.kind === 'python') {
      const built = await buildPython({ spec, sourceBuilds, base: image, labels }, preparation);
      return { ...built, images };
    }
    tags.set(base.name, (await trusting(image, preparation)).tag);
  }
  if (spec.kind === 'python') throw new Error('target.json names no image to build on');
  const { runFolder } = tools;
  const image = await buildDockerfile({ spec, runFolder, bases: tags, labels }, preparation);
  return withProbed(preparation.place, { name, image, networked: false }, async ({ probed }) => {
    refuseWithoutJupyter(name, spec.file, probed);
    return { image, images, probed };
  });
}

/** What is in the image, exactly. A Dockerfile's packages have no hashes: nobody knows where it took them from. */
function lockOf(
  platform: Platform,
  { python, system }: Probed,
  pinned: readonly Pinned[] | undefined,
  images: BuiltOn[],
): EnvironmentLock {
  const found = python?.packages ?? [];
  return {
    schemaVersion: 1,
    ...(python ? { interpreter: { implementation: python.implementation, version: python.version } } : {}),
    platform,
    packages: pinned ? lockedPackages(pinned, found) : found.map((one) => ({ ...one, hashes: [] })),
    images,
    system,
  };
}
