import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { codeOf } from '../io/files.ts';
import { type Lock, takeLock } from '../io/lock.ts';
import type { ArchiveIdentity } from '../model/index.ts';
import { openFolder, prepareFolder, saveIdentity } from './folder.ts';
import { openStore } from './store.ts';

/** Nobody but programs and people of this computer reaches an archive. */
const host = '127.0.0.1';

/** How an archive is served. */
export interface ServeArchiveOptions {
  /** Made, as a new archive, when it is missing or empty. */
  readonly directory: string;
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
  /** Stops serving; connections that are open are cut. */
  close(): Promise<void>;
}

/**
 * Serves the archive in a folder on a loopback port: InvenioRDM's records API, the answers of doi.org and DataCite for
 * its own DOIs, and a page per record. All its state is in that folder, which one process at a time may serve.
 */
export async function serveArchive(options: ServeArchiveOptions): Promise<RunningArchive> {
  const { context } = options;
  const directory = resolve(options.directory);
  await prepareFolder(directory);
  const lock = await lockFolder(directory);
  let app: FastifyInstance | undefined;
  const close = async () => {
    await app?.close();
    await lock.release();
  };
  try {
    const identity = await openFolder(directory, context);
    const { archiveId } = identity;
    const doiPrefix = `10.5072/repo2vc.${archiveId}`;
    const store = await openStore(directory);
    // Loaded late: of all commands one serves an archive.
    const { makeServer } = await import('./server.ts');
    app = makeServer({ directory, archiveId, doiPrefix, store, context });
    const port = await listen(app, identity, options.port);
    await saveIdentity(directory, { ...identity, port });
    return { origin: `http://${host}:${port}`, archiveId, doiPrefix, port, directory, close };
  } catch (error) {
    await close();
    throw error;
  }
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
    const code = codeOf(error);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    if (wanted === undefined) return tryPort(0);
    throw code === 'EACCES' ? notAllowed(wanted) : inUse(wanted);
  }
}

function inUse(port: number): Failure {
  return new Failure('port-in-use', `Port ${port} of ${host} cannot be used: another program has it.`, {
    hint: 'Name another port, or leave --port out.',
    args: { port },
  });
}

function notAllowed(port: number): Failure {
  return new Failure('port-not-allowed', `This user may not serve on port ${port}.`, {
    hint: 'Name a port from 1024 on, or leave --port out.',
    args: { port },
  });
}
