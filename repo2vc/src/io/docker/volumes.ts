import type { Docker } from './client.ts';
import { unlessAbsent } from './failures.ts';

/** A volume of an engine. */
export interface VolumeSeen {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

type Filters = { readonly filters?: Readonly<Record<string, readonly string[]>> };

/** The volumes that a filter lets through. One of names lets through those that contain one. */
export async function listVolumes(
  docker: Docker,
  query: Filters,
  signal: AbortSignal,
): Promise<VolumeSeen[]> {
  const found = await docker.request<{ Volumes: Raw[] | null }>({
    method: 'GET',
    path: '/volumes',
    query,
    signal,
  });
  return (found.Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }));
}

interface Raw {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** Makes a volume. One of this name that is there already stays as it is, labels too. */
export async function createVolume(
  docker: Docker,
  { name, labels }: VolumeSeen,
  signal: AbortSignal,
): Promise<void> {
  const body = { Name: name, Labels: labels };
  await docker.request({ method: 'POST', path: '/volumes/create', body, signal });
}

/** Removes a volume; that there is none is no error. `engine-refused` with 409 while a container has it. */
export async function removeVolume(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  await unlessAbsent(docker.request({ method: 'DELETE', path: `/volumes/${name}`, signal }));
}
