import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { codeOf } from '../io/files.ts';
import { type Lock, takeLock } from '../io/lock.ts';
import type { ArchiveIdentity } from '../model/index.ts';
import type { Archive } from './archive.ts';
import { createToken, hasTokens, openFolder, prepareFolder, saveIdentity } from './folder.ts';
import { makeServer } from './server.ts';
import { openStore } from './store.ts';

/** How an archive is served. */
export interface ServeArchiveOptions {
  /** Made, as a new archive, when it is missing or empty. */
  readonly directory: string;
  /** A loopback address. Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: the one it was served on last when that is free, else any free one. */
  readonly port?: number;
  readonly context: Context;
}

/** An archive that is being served. */
export interface RunningArchive {
  readonly origin: string;
  readonly archiveId: string;
  /** What all its DOIs begin with. */
  readonly doiPrefix: string;
  readonly port: number;
  /** Absolute. */
  readonly directory: string;
  /** The archive's first token, with all scopes: given when it is made and never again. */
  readonly newToken?: string;
  /** Stops serving; connections that are open are cut. */
  close(): Promise<void>;
}

/**
 * Serves the archive in a folder on a loopback port: InvenioRDM's records API, the answers of doi.org and DataCite for
 * its own DOIs, and a page per record. All its state is in that folder, which one process at a time may serve.
 */
export async function serveArchive(options: ServeArchiveOptions): Promise<RunningArchive> {
  const { context, host = '127.0.0.1' } = options;
  const directory = resolve(options.directory);
  requireLoopback(host);
  await prepareFolder(directory);
  const lock = await lockFolder(directory);
  try {
    const identity = await openFolder(directory, context);
    const doiPrefix = `10.5072/repo2vc.${identity.archiveId}`;
    const store = await openStore(directory);
    const archive: Archive = { directory, archiveId: identity.archiveId, doiPrefix, store, context };
    const newToken = (await hasTokens(directory)) ? undefined : await createToken(directory, context);
    const app = makeServer(archive, host);
    const port = await listen(app, host, identity, options.port);
    await saveIdentity(directory, { ...identity, port });
    return {
      origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      archiveId: identity.archiveId,
      doiPrefix,
      port,
      directory,
      ...(newToken === undefined ? {} : { newToken }),
      close: async () => {
        await app.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function requireLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return;
  throw new Failure(
    'not-loopback',
    `The archive may not be served on ${host}: that is not a loopback address.`,
    {
      hint: 'Leave --host out, or name an address that begins with 127.',
      args: { host },
    },
  );
}

async function lockFolder(directory: string): Promise<Lock> {
  const taken = await takeLock(directory);
  if ('release' in taken) return taken;
  throw new Failure(
    'archive-in-use',
    `${directory} is already being served, by process ${taken.owner.pid}.`,
    {
      hint: 'Use the archive that is running, or stop it first.',
      args: { directory, pid: taken.owner.pid },
    },
  );
}

async function listen(
  app: FastifyInstance,
  host: string,
  identity: ArchiveIdentity,
  wanted: number | undefined,
): Promise<number> {
  const tryPort = async (port: number) => {
    await app.listen({ host, port });
    const address = app.server.address();
    return address !== null && typeof address === 'object' ? address.port : port;
  };
  try {
    return await tryPort(wanted ?? identity.port ?? 0);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE' && codeOf(error) !== 'EACCES') throw error;
    if (wanted === undefined) return tryPort(0);
    throw new Failure('port-in-use', `Port ${wanted} of ${host} cannot be used: another program has it.`, {
      hint: 'Name another port, or leave --port out.',
      args: { port: wanted },
    });
  }
}
