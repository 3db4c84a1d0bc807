import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { type Docker, dockerFor } from '../../../io/docker/client.ts';
import { at } from '../../../model/loose.ts';
import type { Guarantees } from '../../types.ts';

/** What nodes made of containers promise here; see ClusterProvider.check. */
export async function checkEngine(context: Context): Promise<Guarantees> {
  const docker = await dockerFor(context);
  const info = await infoOf(docker, context);
  const limits = isLimiting(info) ? 'enforced' : 'watched';
  return { limits, expiry: 'enforced', isolation: 'container' };
}

/** What the engine says of itself. Failure `engine-not-linux` where it runs other containers. */
export async function infoOf(docker: Docker, context: Context): Promise<unknown> {
  const { host, version } = docker;
  if (version.os !== 'linux') {
    throw new Failure('engine-not-linux', `The container engine at ${host} runs ${version.os} containers.`, {
      hint: 'Switch it to Linux containers.',
      args: { host, os: version.os },
    });
  }
  return docker.request<unknown>({ method: 'GET', path: '/info', signal: context.signal });
}

/** Whether the kernel lets it hold containers to their memory, processors and processes. */
export function isLimiting(info: unknown): boolean {
  return ['MemoryLimit', 'CpuCfsQuota', 'PidsLimit'].every((name) => at(info, name) === true);
}
