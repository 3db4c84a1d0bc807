import type { Clock } from '../../context.ts';
import { Failure, isFailure } from '../../failure.ts';
import { writtenIn } from '../../io/docker/containers.ts';
import type { Workplace } from './workplace.ts';

const pauseMs = 2_000;

/**
 * Looks every two seconds at what the steps of a build have written, and fires `excess` when it is too much; ends with
 * `signal`. `containers` are those of its steps so far, the last of them at work.
 */
export async function watchSize(
  containers: readonly string[],
  { docker, writtenMiB }: Workplace,
  excess: AbortController,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const written = new Map<string, number>();
  try {
    while (!signal.aborted) {
      await clock.sleep(pauseMs, signal);
      const current = containers.at(-1);
      if (current !== undefined) {
        const before = written.get(current) ?? 0;
        written.set(current, Math.max(before, await writtenIn(docker, current, signal)));
      }
      const bytes = [...written.values()].reduce((sum, one) => sum + one, 0);
      if (bytes > writtenMiB * 1024 ** 2) return excess.abort();
    }
  } catch (error) {
    // The build has ended, or its engine: who builds meets that too.
    if (!isFailure(error)) throw error;
  }
}

/** The Failure for a build that wrote too much. */
export function tooMuchWritten(name: string, writtenMiB: number): Failure {
  return new Failure(
    'build-too-large',
    `The build of the environment ${name} was ended: its steps wrote more than ${writtenMiB} MiB.`,
    {
      hint: 'Allow more in settings.yaml: containers: { buildMiB: NUMBER }.',
      args: { name, writtenMiB },
    },
  );
}
