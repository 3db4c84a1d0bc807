import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { codeOf, translateDiskErrors } from '../../../io/files.ts';
import type { NodePlace } from './places.ts';

/** The failure for a node that is not there any more, or not whole; `what` completes the sentence `Node X of Y …`. */
export function nodeLost(place: NodePlace, what: string): Failure {
  const run = place.cluster.replace(/-client$/, '');
  return new Failure('node-lost', `Node ${place.node} of ${place.cluster} ${what}.`, {
    hint: `Make it anew and go on with: repo2vc runs resume ${run}`,
    retryable: true,
    args: { node: place.node },
  });
}

/** Does work on a node's files, which somebody else may remove at any moment: that is the Failure `node-lost`. */
export async function insideNode<T>(place: NodePlace, work: () => Promise<T>): Promise<T> {
  try {
    return await translateDiskErrors(place.folder, work);
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? nodeLost(place, 'has ended, or was removed') : error;
  }
}

/**
 * Replaces a file of a node, whole, for its user alone; `path` is relative to the node's folder. Never makes a folder:
 * one that has just been removed would come back without a tag.
 */
export async function replaceInside(
  place: NodePlace,
  path: string,
  data: string,
  context: Context,
): Promise<void> {
  const temporary = join(place.folder, `.${context.random(12)}.tmp`);
  await insideNode(place, async () => {
    try {
      await writeFile(temporary, data, { mode: 0o600, flag: 'wx' });
      await rename(temporary, join(place.folder, path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}
