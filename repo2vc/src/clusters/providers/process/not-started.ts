import { Failure } from '../../../failure.ts';
import { codeOf } from '../../../io/files.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';

/**
 * The failure for a program of a node that could not even be started; any other error as it is. (That a program is not
 * there on the node is no error: its exit code tells.)
 */
export function notStarted(error: unknown, { node, isolation }: ProcessNodeTag): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  if (!String(error.syscall).startsWith('spawn')) return error;
  const options = { args: { node }, cause: error };
  const code = codeOf(error);
  if (code === 'E2BIG') {
    return new Failure(
      'arguments-too-long',
      `The arguments of a program on ${node} are too long for Linux.`,
      {
        hint: 'One argument has 128 KiB at most: give the program more as its input, or in a file.',
        ...options,
      },
    );
  }
  // The node was made in bubblewrap, so its programs never run outside it.
  if (code === 'ENOENT' && isolation === 'bubblewrap') {
    return new Failure(
      'bubblewrap-missing',
      `bubblewrap, in which ${node} was made, is not installed any more.`,
      {
        hint: 'Install it, for instance with: sudo apt-get install bubblewrap',
        ...options,
      },
    );
  }
  return new Failure('program-not-started', `No program can be started on ${node} now: ${error.message}`, {
    hint: 'End other programs on this computer, then run the same command again.',
    retryable: true,
    ...options,
  });
}
