import { join } from 'node:path';
import type { Context } from '../../context.ts';
import type { Docker } from '../../io/docker/client.ts';
import { imageCalled, tagImage } from '../../io/docker/images.ts';
import { hashOf, type ImageEnvironment } from '../../model/index.ts';
import { readRecord } from '../record.ts';
import { environmentTag, partsOf } from './names.ts';

/** Where it is noted which images of an engine are ours; each engine has its own. */
export function engineFolder(docker: Docker, { places }: Context): string {
  return join(places.cache, 'images', hashOf(docker.host).slice(0, 16));
}

/**
 * Where the record of an environment's image lies, and the locks of those who build it. An image that trusts others is
 * another one of the same environment.
 */
export function recordFolder(
  id: string,
  authorities: string | undefined,
  docker: Docker,
  context: Context,
): string {
  const trusts = authorities === undefined ? 'plain' : hashOf(authorities).slice(0, 16);
  return join(engineFolder(docker, context), id, trusts);
}

/**
 * The environment of that id, if the engine has the very image that was built here. The tag alone is not trusted: anybody
 * can give it; it is set again.
 */
export async function completeImage(
  folder: string,
  id: string,
  docker: Docker,
  signal: AbortSignal,
): Promise<ImageEnvironment | undefined> {
  const environment = await readRecord(folder);
  if (environment?.builder !== 'image' || environment.id !== id) return undefined;
  const { image } = environment;
  const tag = environmentTag(id);
  const [here, tagged] = await Promise.all([image, tag].map((name) => imageCalled(docker, name, signal)));
  if (!here) return undefined;
  if (tagged?.id !== image) await tagImage(docker, image, partsOf(tag), signal);
  return environment;
}
