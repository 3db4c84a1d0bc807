import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { isFailure } from '../failure.ts';
import type { Archive } from './archive.ts';
import { addGuard } from './guard.ts';
import { Refusal } from './refusal.ts';
import { addDraftFileRoutes } from './routes/draft-files.ts';
import { addDraftRoutes } from './routes/drafts.ts';
import { addRecordRoutes } from './routes/records.ts';
import { addResolverRoutes } from './routes/resolvers.ts';

const mostJsonBytes = 10 * 1024 * 1024;

/** Makes the server of an archive, with all its routes; it does not listen yet. It logs nothing. */
export function makeServer(archive: Archive, host: string): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: mostJsonBytes,
    requestTimeout: 0,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 2000 },
  });
  addGuard(app, archive, host);
  addParsers(app);
  addErrors(app, archive);
  addDraftRoutes(app, archive);
  addDraftFileRoutes(app, archive);
  addRecordRoutes(app, archive);
  addResolverRoutes(app, archive);
  return app;
}

/** JSON, where no body at all is fine too; and bytes, which are left in the stream. Anything else is 415. */
function addParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => {
      try {
        return body === '' ? undefined : (JSON.parse(body) as unknown);
      } catch {
        throw new Refusal(400, 'Unable to decode JSON data in request body.');
      }
    },
  );
  app.addContentTypeParser('application/octet-stream', async (_request: unknown, body: unknown) => body);
}

function addErrors(app: FastifyInstance, archive: Archive): void {
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'The requested URL was not found on the server.');
  });
  app.setErrorHandler((error: FastifyError | Refusal, _request, reply) => {
    if (error instanceof Refusal) {
      const { status, message, more } = error;
      return reply
        .code(status)
        .headers(error.headers)
        .send({ status, message, ...more });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ status, message: error.message });
    if (isFailure(error) && error.code === 'disk-full') {
      return reply.code(507).send({ status: 507, message: 'The disk of the archive is full.' });
    }
    archive.context.emit({
      code: 'warning',
      args: { warning: 'archive-fault', message: String(error.message) },
    });
    return reply.code(500).send({ status: 500, message: 'Internal server error.' });
  });
}
