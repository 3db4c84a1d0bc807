import { hashOf } from '../../model/index.ts';

/** Enough of a hash for a name. */
const short = (hash: string) => hash.slice(0, 32);

/** The one tag of an environment's image. */
export function environmentTag(id: string): string {
  return `repo2vc/environment:${id}`;
}

/** The tag of an image that environments are built from; `hash` of all that it is made from. */
export function preparedTag(hash: string): string {
  return `repo2vc/prepared:${short(hash)}`;
}

/** Our own tag for an image that was fetched by its digest; `used` is the name that it was asked for by. */
export function pulledTag(used: string): string {
  return `repo2vc/pulled:${short(hashOf(used))}`;
}

/** A tag as the engine wants it to be given. */
export function partsOf(tag: string): { repository: string; tag: string } {
  const [repository = '', name = ''] = tag.split(':');
  return { repository, tag: name };
}
