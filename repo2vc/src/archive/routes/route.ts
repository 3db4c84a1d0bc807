import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Archive } from '../archive.ts';

/** What answers one kind of request. */
export type Route = (archive: Archive, request: FastifyRequest, reply: FastifyReply) => unknown;

/** Binds routes to the archive whose requests they answer. */
export function routesOf(archive: Archive) {
  return (route: Route) => (request: FastifyRequest, reply: FastifyReply) => route(archive, request, reply);
}

/** A route that changes something: one after the other, so that what it reads stays so until it has written. */
export function oneByOne(route: Route): Route {
  return (archive, request, reply) =>
    archive.store.exclusively(async () => await route(archive, request, reply));
}
