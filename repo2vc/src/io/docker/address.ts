import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { hashOf } from '../../model/index.ts';
import { at, textAt } from '../../model/loose.ts';
import { readIfThere } from '../files.ts';

/** Where a container engine answers, and how it is reached. */
export interface EngineAddress {
  /** For people: `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. Never with a password. */
  readonly host: string;
  readonly reach:
    | { readonly by: 'unix'; readonly socketPath: string }
    | { readonly by: 'tcp'; readonly hostname: string; readonly port: number; readonly tls?: Tls }
    | {
        readonly by: 'ssh';
        readonly destination: string;
        readonly port?: string;
        /** Of the engine, on that computer. */
        readonly socketPath: string;
      };
}

/** PEM texts; without `ca` the authorities that Node.js knows are trusted. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/**
 * Where the engine is that the `docker` command would use: DOCKER_HOST, else its current context
 * (https://docs.docker.com/engine/manage-resources/contexts/), else the usual sockets of this computer.
 */
export async function engineAddress(environment: Context['environment']): Promise<EngineAddress> {
  const folder = environment.DOCKER_CONFIG || join(environment.HOME ?? '/', '.docker');
  if (environment.DOCKER_HOST) {
    const secured = Boolean(environment.DOCKER_TLS_VERIFY);
    const tls = secured ? await tlsIn(environment.DOCKER_CERT_PATH || folder, true) : undefined;
    return parseAddress(environment.DOCKER_HOST, 'DOCKER_HOST', tls);
  }
  const name = environment.DOCKER_CONTEXT || (await currentContext(folder));
  if (name && name !== 'default') return addressOfContext(folder, name);
  return onThisComputer(environment);
}

const usualSocket = '/var/run/docker.sock';

async function onThisComputer(environment: Context['environment']): Promise<EngineAddress> {
  const rootless = environment.XDG_RUNTIME_DIR && join(environment.XDG_RUNTIME_DIR, 'docker.sock');
  for (const path of [usualSocket, rootless]) if (path && (await isThere(path))) return unix(path);
  return unix(usualSocket);
}

const unix = (socketPath: string): EngineAddress => ({
  host: `unix://${socketPath}`,
  reach: { by: 'unix', socketPath },
});

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function currentContext(folder: string): Promise<string | undefined> {
  return textAt(jsonOf(await readIfThere(join(folder, 'config.json'))), 'currentContext');
}

async function addressOfContext(folder: string, name: string): Promise<EngineAddress> {
  const id = hashOf(name);
  const meta = jsonOf(await readIfThere(join(folder, 'contexts', 'meta', id, 'meta.json')));
  const host = textAt(meta, 'Endpoints', 'docker', 'Host');
  if (!host) {
    throw new Failure('engine-address', `The Docker context ${name} has no address.`, {
      hint: 'See which there are with: docker context ls. Choose one with: docker context use NAME',
    });
  }
  const verify = at(meta, 'Endpoints', 'docker', 'SkipTLSVerify') !== true;
  const tls = await tlsIn(join(folder, 'contexts', 'tls', id, 'docker'), verify);
  const isSecured = tls.ca !== undefined || tls.cert !== undefined || !verify;
  return parseAddress(host, `the Docker context ${name}`, isSecured ? tls : undefined);
}

async function tlsIn(folder: string, verify: boolean): Promise<Tls> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(join(folder, name))),
  );
  return {
    verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
}

/** `from` says where the address stands, should it be none. */
function parseAddress(text: string, from: string, tls: Tls | undefined): EngineAddress {
  if (text.startsWith('unix:///')) return unix(text.slice('unix://'.length));
  const written = text.includes('://') ? text : `tcp://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol === 'ssh:' && url.hostname && !url.hostname.startsWith('-')) {
    const destination = `${url.username && `${url.username}@`}${url.hostname}`;
    const socketPath = /^\/./.test(url.pathname) ? url.pathname : usualSocket;
    return {
      host: `ssh://${destination}`,
      reach: { by: 'ssh', destination, socketPath, ...(url.port && { port: url.port }) },
    };
  }
  if (url && /^(tcp|https?):$/.test(url.protocol) && url.hostname) {
    const { hostname } = url;
    const port = Number(url.port) || (tls ? 2376 : 2375);
    return { host: `tcp://${hostname}:${port}`, reach: { by: 'tcp', hostname, port, ...(tls && { tls }) } };
  }
  throw new Failure('engine-address', `${from} is no address of a container engine that repo2vc knows.`, {
    hint: 'It looks like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host.',
  });
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
