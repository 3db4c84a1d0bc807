import type { Clock } from '../../context.ts';
import { Failure, isFailure } from '../../failure.ts';
import { sizeOfContainer } from '../../io/docker/containers.ts';
import type { Workplace } from './workplace.ts';

const pauseMs = 2_000;

/**
 * Looks every two seconds at what the container of a build's step holds, the layers below it included, and fires `excess`
 * when it is too much; ends with `signal`. `containers` are those of its steps so far, the last of them at work.
 */
export async function watchSize(
  containers: readonly string[],
  { docker, imageMiB }: Workplace,
  excess: AbortController,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(pauseMs, signal);
      const current = containers.at(-1);
      const bytes = current === undefined ? 0 : await sizeOfContainer(docker, current, signal);
      if (bytes > imageMiB * 1024 ** 2) return excess.abort();
    } catch (error) {
      // An engine that is busy is asked again; who builds meets the end of one too.
      if (!isFailure(error)) throw error;
    }
  }
}

/** The Failure for an image that became too large. */
export function imageTooLarge(name: string, imageMiB: number): Failure {
  return new Failure(
    'image-too-large',
    `The build of the environment ${name} was ended: its image holds more than ${imageMiB} MiB.`,
    {
      hint: 'Allow more in settings.yaml: containers: { imageMiB: NUMBER }.',
      args: { name, imageMiB },
    },
  );
}
