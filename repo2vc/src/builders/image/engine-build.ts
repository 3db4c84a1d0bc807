import type { Clock } from '../../context.ts';
import { Failure, isFailure } from '../../failure.ts';
import { type BuildRecord, buildImage, type ImageBuild } from '../../io/docker/build.ts';
import { statusOf } from '../../io/docker/client.ts';
import { type BuildContext, packContext } from '../../io/docker/context.ts';
import { containersOutOfMemory } from '../../io/docker/events.ts';
import type { BuildLog } from './build-log.ts';
import { buildFailure } from './failures.ts';
import { imageTooLarge, watchSize } from './watch-size.ts';
import type { Workplace } from './workplace.ts';

/** One image that is built. */
export interface EngineBuild {
  /** Of the environment that it is for. */
  readonly name: string;
  readonly context: BuildContext;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the Dockerfile needs BuildKit, which keeps to no network and no limit of ours. */
  readonly buildkit: boolean;
  readonly log: BuildLog;
  readonly clock: Clock;
}

/** What is known of a build so far. */
interface Progress {
  readonly containers: string[];
  image?: string;
  error?: BuildRecord & { readonly kind: 'error' };
}

/** Builds an image in a workplace, and gives its id. Failures: those of `buildFailure`, and of the engine. */
export async function buildIn(place: Workplace, build: EngineBuild): Promise<string> {
  const { network, memoryMiB, docker, imageMiB } = place;
  const [excess, over] = [new AbortController(), new AbortController()];
  const signal = AbortSignal.any([place.signal, excess.signal]);
  const by = build.buildkit
    ? ({ builder: 'buildkit' } as const)
    : ({ builder: 'classic', network, memoryMiB } as const);
  const call: ImageBuild = {
    ...{ context: packContext(build.context), dockerfile: build.dockerfile },
    ...{ args: build.args, labels: build.labels, by, signal },
  };
  const progress: Progress = { containers: [] };
  const watching = watchSize(progress.containers, place, excess, build.clock, over.signal);
  try {
    for await (const record of buildImage(docker, call)) {
      build.log.take(record);
      if (record.kind === 'container') progress.containers.push(record.id);
      if (record.kind === 'image') progress.image = record.id;
      if (record.kind === 'error') progress.error = record;
    }
  } catch (error) {
    if (excess.signal.aborted && !place.signal.aborted) throw imageTooLarge(build.name, imageMiB);
    // A Dockerfile that cannot be read is refused before the first step.
    if (!isFailure(error) || statusOf(error) !== 400) throw error;
    progress.error = { kind: 'error', step: '', message: String(error.args.said) };
  } finally {
    over.abort();
    await watching;
  }
  if (progress.error) throw await failureFor(progress.error, progress, place, build);
  if (progress.image) return progress.image;
  throw new Failure('engine-gone', 'The container engine broke off the build without a word.', {
    hint: 'See whether it still runs: docker info. Then run the same command again.',
    retryable: true,
  });
}

async function failureFor(
  error: NonNullable<Progress['error']>,
  { containers }: Progress,
  { docker, memoryMiB, signal }: Workplace,
  { name, log, clock }: EngineBuild,
): Promise<Failure> {
  const filters = { container: containers.slice(-1) };
  const killed =
    containers.length === 0 ? [] : await containersOutOfMemory(docker, { filters }, clock.now(), signal);
  const { step, message, code } = error;
  return buildFailure({
    ...{ name, step, message, lines: log.lastOf(step), memoryMiB, outOfMemory: killed.length > 0 },
    ...(code === undefined ? {} : { code }),
  });
}
