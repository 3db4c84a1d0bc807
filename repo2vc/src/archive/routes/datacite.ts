import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dataCiteAnswer } from '../answers/datacite.ts';
import { type Archive, doiFor, idOfDoi, isPublic, type PublicRecord, publicRecordOf } from '../archive.ts';
import { parseQuery } from '../query.ts';
import { baseOf, parameter } from '../requests.ts';
import { routesOf } from './route.ts';

const pageSize = { standard: 25, most: 1000 };

/** What DataCite answers about the DOIs of this archive, under the archive's own address. */
export function addDataCiteRoutes(app: FastifyInstance, archive: Archive): void {
  const bound = routesOf(archive);
  app.get('/datacite/dois', bound(search));
  app.get('/datacite/dois/*', bound(read));
}

function isFindable(record: PublicRecord | undefined): record is PublicRecord {
  return record?.published.access.record === 'public';
}

function read(archive: Archive, request: FastifyRequest, reply: FastifyReply): unknown {
  const id = idOfDoi(archive, parameter(request, '*'));
  const record = id === undefined ? undefined : publicRecordOf(archive, id);
  if (!id || !isFindable(record)) {
    const errors = [{ status: '404', title: 'The resource you are looking for doesn’t exist.' }];
    return reply.code(404).send({ errors });
  }
  return { data: dataCiteAnswer(archive, record, doiFor(archive, id), baseOf(request)) };
}

function search(archive: Archive, request: FastifyRequest): unknown {
  const asked = request.query as Readonly<Record<string, string | undefined>>;
  const query = parseQuery(asked.query ?? '', { lenient: true });
  const found = archive.store
    .all()
    .filter(isPublic)
    .filter(isFindable)
    .map((record) => dataCiteAnswer(archive, record, record.published.doi ?? '', baseOf(request)))
    .filter((answer) => query(answer.attributes));
  const size = Math.min(positive(asked['page[size]'], pageSize.standard), pageSize.most);
  const number = positive(asked['page[number]'], 1);
  return {
    data: found.slice((number - 1) * size, number * size),
    meta: { total: found.length, totalPages: Math.ceil(found.length / size), page: number },
  };
}

function positive(text: string | undefined, standard: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : standard;
}
