import { join } from 'node:path';
import type { Context } from '../../context.ts';
import type { Docker } from '../../io/docker/client.ts';
import { imageCalled, tagImage } from '../../io/docker/images.ts';
import { readIfThere, writeFileAtomic } from '../../io/files.ts';
import {
  canonicalJson,
  type Environment,
  hashOf,
  type ImageEnvironment,
  parserOf,
} from '../../model/index.ts';
import { environmentTag, partsOf } from './names.ts';

const parseEnvironment = parserOf<Environment>('environments.schema.json#/$defs/Environment');
const marker = 'complete.json';

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
  const environment = await recorded(folder);
  if (!environment || environment.id !== id) return undefined;
  const { image } = environment;
  const tag = environmentTag(id);
  const [here, tagged] = await Promise.all([image, tag].map((name) => imageCalled(docker, name, signal)));
  if (!here) return undefined;
  if (tagged?.id !== image) await tagImage(docker, image, partsOf(tag), signal);
  return environment;
}

async function recorded(folder: string): Promise<ImageEnvironment | undefined> {
  const path = join(folder, marker);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const environment = parseEnvironment(JSON.parse(text), path);
    return environment.builder === 'image' ? environment : undefined;
  } catch {
    // What an older version wrote, or a crash left, is built anew.
    return undefined;
  }
}

/** Says that an environment is whole: the last thing that is written of it. */
export async function completed(folder: string, environment: ImageEnvironment): Promise<void> {
  await writeFileAtomic(join(folder, 'lock.json'), canonicalJson(environment.lock));
  await writeFileAtomic(join(folder, marker), canonicalJson(environment));
}
