import type { Context } from '../../../context.ts';
import type { Docker } from '../../../io/docker/client.ts';
import { putFile } from '../../../io/docker/containers.ts';
import { labelsOf, type Tag } from '../../../io/docker/tags.ts';
import { createVolume, removeVolume, type VolumeSeen } from '../../../io/docker/volumes.ts';
import { leaseName, leaseTagOf, secondsOf } from './tag.ts';

/** A volume that says when a cluster ends since it was renewed: labels, which everybody sees at once, cannot be changed. */
export interface Lease {
  readonly volume: VolumeSeen;
  readonly expires: string;
}

/** The leases of a cluster, the newest first. */
export function leasesAmong(volumes: readonly VolumeSeen[], cluster: string): Lease[] {
  const leases = volumes.flatMap((volume) => {
    const tag = leaseTagOf(volume);
    return tag?.cluster === cluster ? [{ volume, ...tag }] : [];
  });
  return leases.sort((a, b) => (a.renewed < b.renewed ? 1 : -1));
}

/** Moves the end of a cluster for those who look at it; `before` are its leases until now. */
export async function makeLease(
  tag: Tag,
  expires: string,
  before: readonly Lease[],
  docker: Docker,
  context: Context,
): Promise<void> {
  const { signal } = context;
  const name = leaseName(tag.cluster, secondsOf(expires));
  // The end as it was before: its name would be the same, and its labels would stay.
  if (before.some(({ volume }) => volume.name === name)) await removeVolume(docker, name, signal);
  const labels = labelsOf({ ...tag, expires }, { renewed: context.clock.now().toISOString() });
  await createVolume(docker, { name, labels }, signal);
  for (const { volume } of before) if (volume.name !== name) await removeVolume(docker, volume.name, signal);
}

/** Moves the end of a node for its first program, whether it runs or not. */
export async function putLease(
  container: string,
  expires: string,
  docker: Docker,
  context: Context,
): Promise<void> {
  const file = { folder: '.repo2vc', name: 'lease', text: `${secondsOf(expires)}\n` };
  await putFile(docker, container, file, context.signal);
}
