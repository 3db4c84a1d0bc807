import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { type ImageView, imageCalled, pullImage, tagImage } from '../../io/docker/images.ts';
import { readIfThere, writeFileAtomic } from '../../io/files.ts';
import { type BaseImage, hashOf } from '../../model/index.ts';
import { uvRequirement } from '../uv-wheel.ts';
import { withLock } from '../with-lock.ts';
import { baseMissing } from './base.ts';
import { repositoryOf } from './base-names.ts';
import type { BuildLog } from './build-log.ts';
import { buildIn } from './engine-build.ts';
import type { HostSettings } from './host-settings.ts';
import { partsOf, preparedTag, pulledTag } from './names.ts';
import { prepareScript, renderPython, renderTrusting } from './render.ts';
import { engineFolder } from './store.ts';
import type { Workplace } from './workplace.ts';

/** What images are prepared with. */
export interface Preparation {
  readonly name: string;
  readonly place: Workplace;
  readonly settings: HostSettings;
  /** PEM, if images are to trust the computer's authorities. */
  readonly authorities: string | undefined;
  readonly log: BuildLog;
  readonly context: Context;
}

/** An image under a name of ours, by which a Dockerfile can begin with it. */
export interface Prepared {
  readonly tag: string;
  readonly image: string;
}

/** The image of the engine that a base stands for; fetched by its digest when it is not there. */
export async function obtainBase(base: BaseImage, { place, name, context }: Preparation): Promise<ImageView> {
  const { docker, signal } = place;
  const here = base.image && (await imageCalled(docker, base.image, signal));
  if (here) return here;
  const { digest, used } = base;
  if (digest === undefined) throw baseMissing([{ ...base, why: 'the engine has it no more' }]);
  const repository = repositoryOf(used);
  const wrong = await pullImage(docker, { repository, digest }, progressOf(name, used, context), signal);
  const pulled =
    wrong === undefined ? await imageCalled(docker, `${repository}@${digest}`, signal) : undefined;
  if (!pulled) throw baseMissing([{ ...base, why: wrong ?? 'it is not there after it was fetched' }]);
  await tagImage(docker, pulled.id, partsOf(pulledTag(used)), signal);
  return pulled;
}

/** The image with the computer's certificate authorities, under a name of ours. */
export async function trusting({ id }: ImageView, preparation: Preparation): Promise<Prepared> {
  const { place, authorities } = preparation;
  if (authorities !== undefined) {
    const text = renderTrusting(id);
    return prepared({ text, hash: hashOf(text, authorities), files: { 'ca.pem': authorities } }, preparation);
  }
  const tag = preparedTag(hashOf(id));
  await tagImage(place.docker, id, partsOf(tag), place.signal);
  return { tag, image: id };
}

/** The image with the same, and uv, an empty environment and a plain user. */
export async function withPython(base: ImageView, preparation: Preparation): Promise<Prepared> {
  const { authorities, settings } = preparation;
  const files = {
    ...{ 'prepare.sh': prepareScript, 'uv.txt': uvRequirement },
    ...(authorities === undefined ? {} : { 'ca.pem': authorities }),
  };
  const render = (variables: HostSettings['variables']) =>
    renderPython(base, authorities !== undefined, variables);
  // Where packages are fetched from makes no other image.
  const hash = hashOf(render({}), JSON.stringify(files));
  return prepared({ text: render(settings.variables), hash, files }, preparation);
}

/** Builds an image once. Which one it is says our own record: the tag could be anybody's. */
async function prepared(
  wanted: { readonly text: string; readonly hash: string; readonly files: Readonly<Record<string, string>> },
  { name, place, log, settings, context }: Preparation,
): Promise<Prepared> {
  const { docker, signal } = place;
  const { text, hash, files } = wanted;
  const tag = preparedTag(hash);
  const folder = join(engineFolder(docker, context), 'prepared', hash);
  const record = join(folder, 'image');
  return withLock(folder, context, async () => {
    const known = await readIfThere(record);
    if (known && (await imageCalled(docker, known, signal))) {
      await tagImage(docker, known, partsOf(tag), signal);
      return { tag, image: known };
    }
    const dockerfile = 'Dockerfile';
    const image = await buildIn(place, {
      ...{ name, dockerfile, log, buildkit: false, clock: context.clock },
      ...{ args: settings.proxies, labels: { 'repo2vc.prepared': hash } },
      context: { folder, files: [], texts: { ...files, [dockerfile]: text }, check: () => undefined },
    });
    await tagImage(docker, image, partsOf(tag), signal);
    await writeFileAtomic(record, image);
    return { tag, image };
  });
}

/** A message every few seconds. */
function progressOf(name: string, used: string, { clock, emit }: Context) {
  let last = 0;
  return ({ received, bytes }: { received: number; bytes: number }) => {
    const now = clock.now().getTime();
    if (now - last < 3000) return;
    last = now;
    emit({ code: 'download-progress', args: { file: `${used} (for ${name})`, received, bytes } });
  };
}
