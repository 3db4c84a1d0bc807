import { at, listAt, textAt } from '../../model/loose.ts';
import type { Docker } from './client.ts';
import { unlessAbsent } from './failures.ts';
import { recordsOf } from './records.ts';

/** An image that the engine has. */
export interface ImageView {
  /** `sha256:…` */
  readonly id: string;
  /** `repository@sha256:…` of the registries that it came from. */
  readonly digests: readonly string[];
  readonly user: string;
  readonly entrypoint: readonly string[];
}

/** The image of this name, tag or id, if the engine has it. */
export async function imageCalled(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<ImageView | undefined> {
  const path = `/images/${name}/json`;
  const found = await unlessAbsent(docker.request<unknown>({ method: 'GET', path, signal }));
  if (found === undefined) return undefined;
  return {
    id: textAt(found, 'Id') ?? '',
    digests: listAt(found, 'RepoDigests').map(String),
    user: textAt(found, 'Config', 'User') ?? '',
    entrypoint: listAt(found, 'Config', 'Entrypoint').map(String),
  };
}

/** Asks the registry, through the engine, for the digest that a name has now. Failure `engine-refused` with its words. */
export async function digestOf(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // The engine tries several times, and its registry may be far away.
  const path = `/distribution/${name}/json`;
  const found = await docker.request<unknown>({ method: 'GET', path, signal, timeoutMs: 120_000 });
  return textAt(found, 'Descriptor', 'digest');
}

/** How far a pull is: of its layers, how many bytes have come. */
export interface PullProgress {
  readonly received: number;
  readonly bytes: number;
}

/**
 * Fetches exactly the image of this digest, without a tag. Gives what went wrong, in the engine's words, undefined when
 * nothing did.
 */
export async function pullImage(
  docker: Docker,
  { repository, digest }: { readonly repository: string; readonly digest: string },
  told: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const query = { fromImage: repository, tag: digest };
  const call = { method: 'POST', path: '/images/create', query, signal, timeoutMs: 120_000 } as const;
  const layers = new Map<string, PullProgress>();
  let wrong: string | undefined;
  for await (const record of recordsOf(await docker.stream(call))) {
    wrong ??= textAt(record, 'errorDetail', 'message') ?? textAt(record, 'error');
    const bytes = at(record, 'progressDetail', 'total');
    if (textAt(record, 'status') !== 'Downloading' || typeof bytes !== 'number') continue;
    layers.set(textAt(record, 'id') ?? '', {
      bytes,
      received: Number(at(record, 'progressDetail', 'current')),
    });
    const all = [...layers.values()];
    told({
      received: all.reduce((sum, layer) => sum + layer.received, 0),
      bytes: all.reduce((sum, layer) => sum + layer.bytes, 0),
    });
  }
  return wrong;
}

/** Gives an image one more name, `repository:tag`; takes it from the image that had it. */
export async function tagImage(
  docker: Docker,
  image: string,
  { repository, tag }: { readonly repository: string; readonly tag: string },
  signal: AbortSignal,
): Promise<void> {
  const query = { repo: repository, tag };
  // Podman answers with a word.
  const answer = await docker.stream({ method: 'POST', path: `/images/${image}/tag`, query, signal });
  await answer.toArray();
}
