import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { doiOf } from '../../model/index.ts';
import { type Archive, doiFor, idOfDoi } from '../archive.ts';
import { Refusal } from '../refusal.ts';
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
  if (id === undefined) throw new Refusal(404, 'DOI Not Found');
  return reply.redirect(`${baseOf(request)}/records/${id}`, 302);
}
