import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { isFailure } from '../failure.ts';
import type { Archive } from './archive.ts';
import { addGuard } from './guard.ts';
import { Refusal } from './refusal.ts';
import { addDataCiteRoutes } from './routes/datacite.ts';
import { addDraftFileRoutes } from './routes/draft-files.ts';
import { addDraftRoutes } from './routes/drafts.ts';
import { addPageRoutes, isPagePath, sendRefusalPage } from './routes/pages.ts';
import { addRecordRoutes } from './routes/records.ts';
import { addResolverRoutes } from './routes/resolvers.ts';
import { addSearchRoutes } from './routes/search.ts';

const mostJsonBytes = 10 * 1024 * 1024;

/** Makes the server of an archive, with all its routes; it does not listen yet. It logs nothing. */
export function makeServer(archive: Archive): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: mostJsonBytes,
    requestTimeout: 0,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2000 },
  });
  addGuard(app, archive);
  addParsers(app);
  addErrors(app, archive);
  addDraftRoutes(app, archive);
  addDraftFileRoutes(app, archive);
  addRecordRoutes(app, archive);
  addSearchRoutes(app, archive);
  addResolverRoutes(app, archive);
  addDataCiteRoutes(app, archive);
  addPageRoutes(app, archive);
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
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error, archive);
    const { status, message, more } = refusal;
    reply.headers(refusal.headers);
    if (isPagePath(request.url)) return sendRefusalPage(reply, refusal);
    return reply.code(status).send({ status, message, ...more });
  });
}

/** What the client is told of an error that no route meant: its own fault where it is, else no details. */
function refusalOf(error: FastifyError, archive: Archive): Refusal {
  const status = error.statusCode ?? 500;
  if (status < 500) return new Refusal(status, error.message);
  if (isFailure(error) && error.code === 'disk-full') {
    return new Refusal(507, 'The disk of the archive is full.');
  }
  archive.context.emit({
    code: 'warning',
    args: { warning: 'archive-fault', message: String(error.message) },
  });
  return new Refusal(500, 'Internal server error.');
}
