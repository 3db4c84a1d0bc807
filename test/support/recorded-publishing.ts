import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { DepositRecord } from '../../repo2vc/src/model/index.ts';
import { publisher } from '../../repo2vc/src/publishers/registry.ts';
import type { PublishTools } from '../../repo2vc/src/publishers/types.ts';
import { testContext } from './context.ts';
import { hastyClock, type SeenRequest, sendJson, serve, testHttp } from './http.ts';

const recorded = join(import.meta.dirname, 'fixtures/invenio-rdm');

/** A recorded answer of an InvenioRDM, with what a test changes of it. */
export function answerOf(name: string, origin: string, changes: object = {}): object {
  const text = readFileSync(join(recorded, `${name}.json`), 'utf8').replaceAll('{origin}', origin);
  return { ...JSON.parse(text), ...changes };
}

/** How the archive answers one request. */
export type Reply = (origin: string) => readonly [status: number, body: object | undefined];

/** Of the recorded record. */
export const doi = '10.5281/zenodo.12345';
export const pids = { doi: { identifier: doi, provider: 'datacite', client: 'datacite' } };
/** The recorded draft, with its DOI and without objections unless changed. */
export const draft =
  (changes: object = {}, status = 200): Reply =>
  (origin) => [status, answerOf('draft', origin, { errors: undefined, pids, ...changes })];
/** A recorded 400. */
export const refusal =
  (name: string): Reply =>
  (origin) => [400, answerOf(name, origin)];
/** Any answer. */
export const plain =
  (status: number, body?: object): Reply =>
  () => [status, body];

/** An archive that gives recorded answers, by method and path; of several, one after the other, the last for ever. */
export async function recordedArchive(replies: Readonly<Record<string, readonly Reply[]>>) {
  const left = new Map(Object.entries(replies).map(([route, list]) => [route, [...list]]));
  const bodies: Buffer[] = [];
  const server = await serve(async (request, response, self) => {
    bodies.push(await buffer(request));
    const route = `${request.method} ${request.url?.replace(/\?.*$/, '')}`;
    const list = left.get(route) ?? [];
    const reply = list.length > 1 ? list.shift() : list[0];
    const [status, body] = reply?.(self.origin) ?? [
      404,
      { status: 404, message: `nothing was recorded for ${route}` },
    ];
    if (body === undefined) response.writeHead(status).end();
    else sendJson(response, status, body);
  });
  const context = testContext({ clock: hastyClock() });
  const setting = { name: 'zenodo', origin: server.origin };
  const credentialFor = async () => 'a-secret-token';
  const tools: PublishTools = { ...context, http: testHttp(context, { credentialFor }), archive: setting };
  const routes = () =>
    server.seen.map(({ method, url }: SeenRequest) => `${method} ${url.replace(/\?.*$/, '')}`);
  return {
    tools,
    routes,
    seen: server.seen,
    bodies,
    publisher,
    folder: context.folder,
  };
}

/** What is published to it. */
export function record(changes: Partial<DepositRecord> = {}): DepositRecord {
  return {
    role: 'experiment',
    folder: '.',
    nonce: 'abcdefghijkl',
    title: 'Melting curve of X',
    creators: [{ familyName: 'Carberry' }],
    licence: 'CC-BY-4.0',
    date: '2026-08-21',
    recordId: '12345',
    doi,
    files: [],
    related: [],
    state: 'draft',
    ...changes,
  };
}
