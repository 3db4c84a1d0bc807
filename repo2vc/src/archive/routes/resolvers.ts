import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ArchiveRecord, doiOf } from '../../model/index.ts';
import { type Archive, doiFor } from '../archive.ts';
import { baseOf, parameter } from '../requests.ts';
import { routesOf } from './route.ts';

/**
 * What doi.org answers for a DOI, for the DOIs of this archive and under its own address, because the test prefix
 * 10.5072 is known to no resolver. https://www.doi.org/the-identifier/resources/factsheets/doi-resolution-documentation
 */
export function addResolverRoutes(app: FastifyInstance, archive: Archive): void {
  const bound = routesOf(archive);
  app.get('/doi.org/api/handles/*', bound(handle));
  app.get('/doi.org/doiRA/*', bound(agency));
  app.get('/doi.org/*', bound(redirect));
  app.get('/doi/*', bound(redirect));
}

/** The id of the record or concept whose DOI this is, once it has been published; removed ones keep their DOI. */
export function idOfDoi(archive: Archive, text: string): string | undefined {
  const doi = doiOf(text);
  if (!doi?.startsWith(`${archive.doiPrefix}.`)) return undefined;
  const id = doi.slice(archive.doiPrefix.length + 1);
  const isRegistered = (record: ArchiveRecord) =>
    record.published !== undefined && (record.id === id || record.parentId === id);
  return archive.store.all().some(isRegistered) ? id : undefined;
}

function handle(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const text = parameter(request, '*');
  const id = idOfDoi(archive, text);
  if (id === undefined) return reply.code(404).send({ responseCode: 100, handle: text });
  const value = `${baseOf(request)}/records/${id}`;
  return {
    responseCode: 1,
    handle: doiFor(archive, id),
    values: [{ index: 1, type: 'URL', data: { format: 'string', value }, ttl: 86400 }],
  };
}

function agency(archive: Archive, request: FastifyRequest): unknown {
  const text = parameter(request, '*');
  if (idOfDoi(archive, text) !== undefined) return [{ DOI: text, RA: 'DataCite' }];
  return [{ DOI: text, status: doiOf(text) ? 'DOI does not exist' : 'Invalid DOI' }];
}

function redirect(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const id = idOfDoi(archive, parameter(request, '*'));
  if (id === undefined) return reply.code(404).send({ status: 404, message: 'DOI Not Found' });
  return reply.redirect(`${baseOf(request)}/records/${id}`, 302);
}
