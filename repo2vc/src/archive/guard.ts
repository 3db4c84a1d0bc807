import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Archive, Caller } from './archive.ts';
import { tokenOf } from './folder.ts';
import { Refusal } from './refusal.ts';

const nobody: Caller = { scopes: [] };
/** What a program of this computer calls it; with ::1 it may come through a forwarded port. */
const hosts = new Set(['127.0.0.1', 'localhost', '[::1]']);
const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Looks at every request before any route does. The archive is for programs and people of this computer: a page of
 * another site that a browser has open reaches loopback too, but it cannot lie about `Host` (so a name that was
 * re-bound to this address is refused) nor about `Origin`; and no answer ever allows it to read anything.
 */
export function addGuard(app: FastifyInstance, archive: Archive): void {
  app.decorateRequest('caller', null as unknown as Caller);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    requireOurHost(request);
    requireOurOrigin(request);
    request.caller = await callerOf(archive, request);
  });
}

function requireOurHost(request: FastifyRequest): void {
  const [, name = ''] = /^(.+?)(?::\d{1,5})?$/.exec(request.headers.host ?? '') ?? [];
  if (!hosts.has(name.toLowerCase())) throw new Refusal(403, 'This archive does not answer to that Host.');
}

function requireOurOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin === undefined || ['GET', 'HEAD'].includes(request.method)) return;
  if (origin !== `http://${request.headers.host}`) {
    throw new Refusal(403, 'This archive takes no changes from pages of another origin.');
  }
}

async function callerOf(archive: Archive, request: FastifyRequest): Promise<Caller> {
  const { authorization } = request.headers;
  if (authorization === undefined) return nobody;
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  const entry = token === undefined ? undefined : await tokenOf(archive.directory, token);
  if (!entry) throw new Refusal(401, 'The token is not valid.', {}, { 'www-authenticate': 'Bearer' });
  return { user: entry.user, scopes: entry.scopes };
}
