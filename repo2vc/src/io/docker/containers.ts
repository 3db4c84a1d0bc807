import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import { interrupted } from '../../failure.ts';
import type { Docker } from './client.ts';
import { statusOf, unlessAbsent } from './failures.ts';

/** A container of an engine. */
export interface ContainerSeen {
  readonly id: string;
  readonly name: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly labels: Readonly<Record<string, string>>;
  /** Where its ports answer on the engine's computer, while it runs. */
  readonly ports: readonly { readonly port: number; readonly host: string; readonly hostPort: number }[];
  /** Ids of the networks that it is connected to. */
  readonly networks: readonly string[];
}

type Filters = { readonly filters: Readonly<Record<string, readonly string[]>> };

/** The containers that a filter lets through, those that do not run too. */
export async function listContainers(
  docker: Docker,
  { filters }: Filters,
  signal: AbortSignal,
): Promise<ContainerSeen[]> {
  const query = { all: true, filters };
  const found = await docker.request<Raw[]>({ method: 'GET', path: '/containers/json', query, signal });
  return found.map((one) => ({
    id: one.Id,
    // Names of links, which have a second slash, are other containers' words for it.
    name: one.Names?.map((name) => name.slice(1)).find((name) => !name.includes('/')) ?? '',
    state: one.State,
    labels: one.Labels ?? {},
    ports: (one.Ports ?? [])
      .flatMap(({ PrivatePort: port, IP: host, PublicPort: hostPort }) =>
        host && hostPort ? [{ port, host, hostPort }] : [],
      )
      .sort((a, b) => a.port - b.port),
    networks: Object.values(one.NetworkSettings?.Networks ?? {}).map(({ NetworkID }) => NetworkID),
  }));
}

interface Raw {
  readonly Id: string;
  readonly Names: readonly string[] | null;
  readonly State: ContainerSeen['state'];
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Ports: readonly { PrivatePort: number; IP?: string; PublicPort?: number }[] | null;
  readonly NetworkSettings: { Networks: Readonly<Record<string, { NetworkID: string }>> | null } | null;
}

/** The container of exactly this name. */
export async function containerCalled(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<ContainerSeen | undefined> {
  const found = await listContainers(
    docker,
    { filters: { name: [`^/?${name.replaceAll('.', '\\.')}$`] } },
    signal,
  );
  return found.find((one) => one.name === name);
}

/** Makes a container of this name; `body` as the API has it. Gives its id. */
export async function createContainer(
  docker: Docker,
  name: string,
  body: object,
  signal: AbortSignal,
): Promise<string> {
  const call = { method: 'POST', path: '/containers/create', query: { name }, body, signal } as const;
  // Files of the image may have to be copied into a volume.
  return (await docker.request<{ Id: string }>({ ...call, timeoutMs: 300_000 })).Id;
}

/** Starts a container; that it runs already is no error. */
export async function startContainer(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  await docker.request({ method: 'POST', path: `/containers/${name}/start`, signal, timeoutMs: 120_000 });
}

/** The bytes of all files of a container, those of its image included; 0 when it is gone. The engine counts them now. */
export async function sizeOfContainer(docker: Docker, id: string, signal: AbortSignal): Promise<number> {
  const call = { method: 'GET', path: `/containers/${id}/json`, query: { size: true }, signal } as const;
  const asked = docker.request<{ SizeRootFs?: number }>({ ...call, timeoutMs: 60_000 });
  return (await unlessAbsent(asked))?.SizeRootFs ?? 0;
}

/** Lets a container that was paused go on. */
export async function unpauseContainer(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  await docker.request({ method: 'POST', path: `/containers/${name}/unpause`, signal });
}

/** Ends and removes a container and the volumes that have no name; returns when it is gone. */
export async function removeContainer(docker: Docker, id: string, signal: AbortSignal): Promise<void> {
  const query = { force: true, v: true };
  const call = { method: 'DELETE', path: `/containers/${id}`, query, signal, timeoutMs: 120_000 } as const;
  for (let attempt = 1; ; attempt++) {
    try {
      await unlessAbsent(docker.request(call));
      return;
    } catch (error) {
      // Somebody else is removing it: it is waited for.
      if (statusOf(error) !== 409 || attempt === 100) throw error;
      await sleep(100, undefined, { signal }).catch(() => {
        throw interrupted();
      });
    }
  }
}

/** Writes a small file of root's, which all may read, into a container, whether it runs or not. */
export async function putFile(
  docker: Docker,
  container: string,
  file: { readonly folder: string; readonly name: string; readonly text: string },
  signal: AbortSignal,
): Promise<void> {
  const tar = pack();
  tar.entry({ name: `${file.folder}/`, type: 'directory', mode: 0o755 });
  tar.entry({ name: `${file.folder}/${file.name}`, mode: 0o644 }, file.text);
  tar.finalize();
  const path = `/containers/${container}/archive`;
  await docker.request({
    method: 'PUT',
    path,
    query: { path: '/' },
    upload: tar.pipe(new PassThrough()),
    signal,
  });
}
