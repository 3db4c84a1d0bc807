import { Failure } from '../../../failure.ts';
import { statusOf } from '../../../io/docker/client.ts';
import type { NodeTag } from './tag.ts';

/** The failure for something that has a name of ours though we did not make it: it is never touched. */
export function foreignObject(kind: 'container' | 'network' | 'volume', name: string): Failure {
  return new Failure('foreign-object', `There is a ${kind} ${name} that repo2vc did not make.`, {
    hint: `Look at it (docker ${kind} inspect ${name}) and, when nobody needs it, remove it; then run the same command again.`,
    args: { kind, name },
  });
}

/** What went wrong when a container was to be made of an image; that the image is gone is told as such. */
export function notCreated(error: unknown, { cluster, image, node }: NodeTag): unknown {
  if (statusOf(error) !== 404) return error;
  return new Failure(
    'image-missing',
    `The image of node ${node} of ${cluster} is not there any more: ${image}.`,
    {
      hint: `Build it again, and go on, with: repo2vc runs resume ${runOf(cluster)}`,
      args: { node, image },
      cause: error,
    },
  );
}

/** The failure for a node that is not there any more, or not whole; `what` completes the sentence `Node X of Y …`. */
export function nodeLost(cluster: string, node: string, what: string, cause?: unknown): Failure {
  return new Failure('node-lost', `Node ${node} of ${cluster} ${what}.`, {
    hint: `Make it anew and go on with: repo2vc runs resume ${runOf(cluster)}`,
    retryable: true,
    args: { node },
    ...(cause !== undefined && { cause }),
  });
}

/** A client is made by the run of its cluster. */
function runOf(cluster: string): string {
  return cluster.replace(/-client$/, '');
}
