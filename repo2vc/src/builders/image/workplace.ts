import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { Failure, isFailure } from '../../failure.ts';
import { type Docker, statusOf } from '../../io/docker/client.ts';
import {
  createContainer,
  listContainers,
  removeContainer,
  startContainer,
} from '../../io/docker/containers.ts';
import { createNetwork, removeNetwork } from '../../io/docker/networks.ts';
import { containerName, labelsOf, networkName, type Tag, taggedWith } from '../../io/docker/tags.ts';
import { ownVersion } from '../../io/own-version.ts';

/**
 * Where a build runs: a network of its own. It carries the labels of a cluster with an end, so that what a killed build
 * leaves is found, and swept, like any cluster.
 */
export interface Workplace {
  readonly docker: Docker;
  readonly network: string;
  readonly tag: Tag;
  /** The signal of the context, or the deadline of the build. */
  readonly signal: AbortSignal;
  readonly memoryMiB: number;
  readonly minutes: number;
  /** The most that an image may hold, what it is built on included. */
  readonly imageMiB: number;
}

/** Room for the containers of steps, which the engine removes a little later than the next one begins. */
const hosts = 20;
/** A build that hangs when everything is being removed is left to the next sweep. */
const patienceMs = 60_000;

/** Makes a workplace, does the work, and leaves nothing: the engine ends the steps that still run. */
export async function withWorkplace<T>(
  docker: Docker,
  context: Context,
  work: (place: Workplace) => Promise<T>,
): Promise<T> {
  const settings = await context.containers();
  const { buildMemoryMiB: memoryMiB = 4096, buildMinutes: minutes = 120 } = settings;
  const { imageMiB = 20_480 } = settings;
  const now = context.clock.now().getTime();
  const tag: Tag = {
    cluster: `build-${context.random(10)}`,
    owner: context.owner,
    created: new Date(now).toISOString(),
    expires: new Date(now + (minutes + 5) * 60_000).toISOString(),
    version: await ownVersion(),
  };
  const network = networkName(tag.cluster);
  const deadline = AbortSignal.timeout(minutes * 60_000);
  if (docker.version.engine === 'Podman') tellOfPodman(context);
  try {
    await createNetwork(docker, { name: network, labels: labelsOf(tag), hosts }, context);
    const signal = AbortSignal.any([context.signal, deadline]);
    return await work({ docker, network, tag, signal, memoryMiB, minutes, imageMiB });
  } catch (error) {
    if (deadline.aborted && !context.signal.aborted) throw tooLong(minutes, error);
    throw error;
  } finally {
    await clear(docker, tag.cluster, context);
  }
}

/** The engine ends the container of a step that was left a moment later, so it is looked again. */
async function clear(docker: Docker, cluster: string, context: Context): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  for (;;) {
    const problem = await removeAll(docker, cluster, signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problem === undefined) return;
    if (!isFailure(problem)) throw problem;
    if (statusOf(problem) === undefined || signal.aborted) {
      const message = `Of a build ${networkName(cluster)} is left (${problem.message}); it is removed once its time is over.`;
      context.emit({ code: 'warning', args: { warning: 'build-leftovers', message } });
      return;
    }
    await sleep(200);
  }
}

/** Seen of Podman 4.3: whatever network a build is asked to be on, it has the computer's own. */
function tellOfPodman({ emit }: Context): void {
  const message =
    "Podman builds on the computer's own network: what a Dockerfile runs can reach the servers that listen here.";
  emit({ code: 'warning', args: { warning: 'build-on-host-network', message } });
}

/** What steps left lies on the network; what was made for us has the labels. */
async function removeAll(docker: Docker, cluster: string, signal: AbortSignal): Promise<void> {
  const network = networkName(cluster);
  for (const filters of [{ network: [network] }, taggedWith(cluster).filters]) {
    const left = await listContainers(docker, { filters }, signal);
    for (const { id } of left) await removeContainer(docker, id, signal);
  }
  await removeNetwork(docker, network, signal);
}

/** The node, of a build's cluster, in which programs of ours run. */
const helper = 'build';

/** A container of an image that does nothing by itself, for as long as `work` asks things of it. */
export async function withContainer<T>(
  place: Workplace,
  {
    image,
    networked,
    unstartable,
  }: {
    readonly image: string;
    readonly networked: boolean;
    /** The Failure for an image without a shell, or with a user that is not there. */
    readonly unstartable: (why: string) => Failure;
  },
  work: (container: string) => Promise<T>,
): Promise<T> {
  const { docker, tag, network, signal, memoryMiB, minutes } = place;
  const bytes = memoryMiB * 1024 * 1024;
  const body = {
    ...{ Image: image, Entrypoint: ['/bin/sh', '-c'], Cmd: [`exec sleep ${minutes * 60}`] },
    Labels: labelsOf(tag, { node: helper }),
    HostConfig: {
      // Should nobody be left to remove it.
      AutoRemove: true,
      ...{ Memory: bytes, MemorySwap: bytes, PidsLimit: 4096 },
      ...{ CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
      NetworkMode: networked ? network : 'none',
    },
  };
  const id = await createContainer(docker, containerName(tag.cluster, helper), body, signal);
  try {
    await startContainer(docker, id, signal).catch((error: unknown) => {
      if (!isFailure(error) || ![400, 404, 500].includes(statusOf(error) ?? 0)) throw error;
      throw unstartable(`nothing can be started in it (${String(error.args.said)})`);
    });
    return await work(id);
  } finally {
    // What cannot be removed now is met once more when the workplace is cleared.
    await removeContainer(docker, id, AbortSignal.timeout(patienceMs)).catch(() => undefined);
  }
}

function tooLong(minutes: number, cause: unknown): Failure {
  return new Failure('build-too-long', `The build was ended: it took longer than ${minutes} minutes.`, {
    hint: 'Allow more in settings.yaml: containers: { buildMinutes: NUMBER }.',
    args: { minutes },
    cause,
  });
}
