import type { Failure } from '../../failure.ts';
import { dockerFor } from '../../io/docker/client.ts';
import {
  type Base,
  type BaseImage,
  canonicalJson,
  type EnvironmentSpec,
  hashOf,
  type ImageEnvironment,
} from '../../model/index.ts';
import { obtain, orConsent } from '../obtain.ts';
import { writeRecord } from '../record.ts';
import { refusalOf } from '../requirements.ts';
import type { Builder, BuildTarget, BuildTools } from '../types.ts';
import { authoritiesOf } from './authorities.ts';
import { chooseBase } from './base.ts';
import { examine, platformOf } from './examine.ts';
import { makeImage } from './make.ts';
import { completeImage, recordFolder } from './store.ts';

/** To be raised whenever the same spec would give another image. */
const builderVersion = 1;

/** Builds an environment as an image of a container engine. */
export const imageBuilder: Builder = {
  id: 'image',
  refusal,
  platform: platformOf,
  chooseBase: (_name, spec, context) => chooseBase(spec, context),
  build: (name, spec, target, tools) => orConsent(target, () => imageFor(name, spec, target, tools)),
  examine,
};

function refusal(spec: EnvironmentSpec): Failure | undefined {
  if (spec.kind !== 'python') return undefined;
  return spec.requirements.map(refusalOf).find((failure) => failure !== undefined);
}

/** The image of that environment from the cache, or built. */
async function imageFor(
  name: string,
  spec: EnvironmentSpec,
  target: BuildTarget,
  tools: BuildTools,
): Promise<ImageEnvironment> {
  const refused = refusal(spec);
  if (refused) throw refused;
  const docker = await dockerFor(tools);
  const id = imageIdOf(spec, target);
  const authorities = await authoritiesOf(tools);
  const folder = recordFolder(id, authorities, docker, tools);
  const { platform, sourceBuilds } = target;
  const bases = imagesOf(target.base);
  return obtain(
    {
      ...{ name, id, folder, on: bases.map(({ used }) => used).join(', ') },
      cached: () => completeImage(folder, id, docker, tools.signal),
      make: async () => {
        const work = { name, id, spec, bases, platform, sourceBuilds, authorities, tools };
        const environment = await makeImage(work, docker);
        await writeRecord(folder, environment);
        return environment;
      },
    },
    tools,
  );
}

/**
 * Names what would be built: a hash of spec, builder version, platform and the images that it is built on; of a
 * Dockerfile the text and the files that it may copy, wherever they lie. Pure.
 */
export function imageIdOf(spec: EnvironmentSpec, target: BuildTarget): string {
  const described =
    spec.kind === 'python'
      ? { requirements: spec.requirements.map((requirement) => requirement.text) }
      : { file: spec.file, text: spec.text, contentId: spec.context.contentId };
  return hashOf(
    canonicalJson({
      ...{ builder: 'image', builderVersion, kind: spec.kind, ...described },
      platform: target.platform,
      bases: imagesOf(target.base).map(({ name, digest, image }) => ({ name, is: digest ?? image })),
      sourceBuilds: target.sourceBuilds,
    }),
  );
}

function imagesOf(base: Base): readonly BaseImage[] {
  if (base.kind === 'images') return base.images;
  throw new Error('an image is built on images');
}
