import type { Context } from '../../context.ts';
import { dockerFor } from '../../io/docker/client.ts';
import { type Finding, fine, note, type Platform, problemFrom } from '../../model/index.ts';
import { authoritiesOf } from './authorities.ts';
import { chooseBase } from './base.ts';
import { hostSettings } from './host-settings.ts';

/** What the engine runs images on; which C library is in them is the images' matter. */
export async function platformOf(context: Context): Promise<Platform> {
  const { os, architecture } = (await dockerFor(context)).version;
  return { os, architecture, libc: 'of-the-image' };
}

/** Looks at what a build of an image would need: an image to begin with, and settings that can be passed on. */
export async function examine(context: Context): Promise<readonly Finding[]> {
  const looks = [
    () => examineBase(context),
    () => examineSettings(context),
    () => examineAuthorities(context),
  ];
  return Promise.all(
    looks.map((look, index) => look().catch((error) => problemFrom(topics[index] ?? '', error))),
  );
}

const topics = ['base image', 'build settings', 'certificate authorities'];

async function examineBase(context: Context): Promise<Finding> {
  const base = await chooseBase({ kind: 'python', python: 'any', requirements: [] }, context);
  const [image] = base.kind === 'images' ? base.images : [];
  const { name = '', used = '' } = image ?? {};
  const args = { name, used };
  const as = used === name ? '' : `, as ${used}`;
  if (image?.image) return fine('base image', 'base-image-here', `${name} is here${as}.`, args);
  const message = `${name}${as} will be fetched when it is needed.`;
  return note('base image', 'base-image-to-fetch', message, args, `docker pull ${used}`);
}

async function examineSettings(context: Context): Promise<Finding> {
  const { leftOut } = await hostSettings(context);
  if (leftOut.length === 0) {
    return fine('build settings', 'settings-reach-builds', 'The settings for packages hold in builds too.');
  }
  const message = `Builds run in containers, where these settings mean nothing: ${leftOut.join(', ')}.`;
  return note('build settings', 'settings-left-out', message, { settings: leftOut });
}

async function examineAuthorities(context: Context): Promise<Finding> {
  const authorities = await authoritiesOf(context);
  const count = authorities?.match(/BEGIN/g)?.length ?? 0;
  if (authorities === undefined) {
    return fine(
      'certificate authorities',
      'authorities-of-images',
      'Images trust whom they trust by themselves.',
    );
  }
  const message = `Images are given the ${count} certificate authorities of this computer.`;
  return fine('certificate authorities', 'authorities-given', message, { count });
}
