import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, serve, type TestServer } from './http.ts';

/** A recorded answer of an InvenioRDM, with its placeholders filled in. */
export function recorded(
  name: string,
  values: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const text = readFileSync(new URL(`./fixtures/invenio-rdm/${name}.json`, import.meta.url), 'utf8');
  const filled = text.replace(/\{([a-z0-9]+)\}/g, (whole, key: string) => {
    const value = values[key];
    return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(filled);
}

/** What a recorded archive answers otherwise than usual. */
export interface Recording {
  /** Changes to the record, merged at its top level. */
  readonly record?: Record<string, unknown>;
  /** Contents by key, as they are sent. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Changes to the listing of a file. */
  readonly listing?: (entry: Record<string, unknown>) => Record<string, unknown>;
  /** Answers a request itself; false leaves it to the recording. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse, server: TestServer) => boolean;
}

/**
 * A server that answers as an InvenioRDM was seen to: record 12345, whose concept is 12344. Handles of doi.org are
 * under /doi.org, as our own archive has them.
 */
export async function recordedArchive(recording: Recording = {}): Promise<TestServer> {
  const files = recording.files ?? { 'experiment.ipynb': '{}', 'data.csv': 'a,b\n1,2\n' };
  return serve((request, response, server) => {
    if (recording.instead?.(request, response, server)) return;
    const { origin } = server;
    const path = request.url ?? '';
    const content = /^\/api\/records\/12345\/files\/([^/]+)\/content$/.exec(path)?.[1];
    if (path === '/api/records/12344') {
      response.writeHead(302, { location: `${origin}/api/records/12345` }).end();
    } else if (path === '/api/records/12345') {
      const native = request.headers.accept === 'application/vnd.inveniordm.v1+json';
      const record = recorded(native ? 'record' : 'legacy-record', { origin });
      sendJson(response, 200, { ...record, ...recording.record });
    } else if (path === '/api/records/12345/files') {
      const entries = Object.entries(files).map(([key, bytes]) => entryOf(key, bytes, origin));
      sendJson(response, 200, {
        enabled: true,
        default_preview: null,
        order: [],
        entries: recording.listing ? entries.map(recording.listing) : entries,
        links: { self: `${origin}/api/records/12345/files` },
      });
    } else if (content && Object.hasOwn(files, decodeURIComponent(content))) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(files[decodeURIComponent(content)]);
    } else sendJson(response, 404, recorded('not-found'));
  });
}

function entryOf(key: string, bytes: string | Buffer, origin: string): Record<string, unknown> {
  const md5 = createHash('md5').update(bytes).digest('hex');
  return { ...recorded('files-entry', { key, md5, origin }), size: Buffer.byteLength(bytes) };
}
