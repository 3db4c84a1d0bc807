import type { Readable } from 'node:stream';
import type { Emit } from '../events.ts';
import { Failure } from '../failure.ts';
import { downloadFile } from './http-download.ts';
import type { Download } from './http-download-failures.ts';
import { exchanger } from './http-exchange.ts';
import { lookThere, shownUrl } from './http-failures.ts';
import { opener } from './http-open.ts';
import { retrying } from './http-retry.ts';
import type { Call, HttpOptions } from './http-send.ts';

export type { Download } from './http-download-failures.ts';
export type { HttpOptions } from './http-send.ts';

/** One request. Only the credential of the url's own origin is ever sent, and never across a redirect elsewhere. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly accept?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as application/octet-stream; a function, so that a retry can start again. */
  readonly body?: { readonly size: number; readonly open: () => Readable };
  /** Statuses that are an answer, not an error, and no redirect to be followed. 2xx always are. */
  readonly expect?: readonly number[];
  /** Whether an unknown outcome (a lost answer, 5xx) may be retried. Default: for GET and HEAD. */
  readonly idempotent?: boolean;
  /** Of the answer. Default: 16 MiB. */
  readonly maxBytes?: number;
  /** The person typed this address herself, so it may lie in her own network. */
  readonly typed?: boolean;
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when the answer is JSON, else undefined. */
  readonly json: unknown;
  readonly text: string;
  /** The last url, after redirects. */
  readonly url: string;
}

/** Talks to servers. Everything that goes wrong is a Failure with one of the codes of http-failures.ts. */
export interface Http {
  request(request: HttpRequest): Promise<HttpAnswer>;
  download(
    download: Download,
    tools: { emit: Emit; signal: AbortSignal },
  ): Promise<{ size: number; sha256: string }>;
}

/** Makes the one client for all requests of a command. */
export function createHttp(options: HttpOptions): Http {
  const open = opener({ idleMs: 60_000, ...options, exchange: exchanger(options.environment) });
  return {
    request: (request) => requestOnce(request, options, open),
    download: (download, tools) => downloadFile(download, { ...tools, clock: options.clock, open }),
  };
}

async function requestOnce(
  request: HttpRequest,
  options: HttpOptions,
  open: ReturnType<typeof opener>,
): Promise<HttpAnswer> {
  const method = request.method ?? 'GET';
  const call: Call = {
    method,
    url: request.url,
    headers: headersOf(request),
    expect: request.expect ?? [],
    typed: request.typed ?? false,
    raw: false,
    signal: request.signal ?? options.signal,
    ...bodyOf(request),
  };
  const retry = {
    clock: options.clock,
    emit: request.emit ?? options.emit,
    signal: call.signal,
    idempotent: request.idempotent ?? (method === 'GET' || method === 'HEAD'),
  };
  return retrying(retry, async () => {
    const opened = await open(call);
    const text = await opened.text(request.maxBytes ?? 16 * 1024 * 1024);
    const { status, headers, url } = opened;
    return { status, headers, text, url: url.href, json: parsed(text, headers, url) };
  });
}

function headersOf(request: HttpRequest): Record<string, string> {
  return {
    accept: request.accept ?? 'application/json',
    ...(request.json !== undefined && { 'content-type': 'application/json' }),
    ...(request.body && {
      'content-type': 'application/octet-stream',
      'content-length': String(request.body.size),
    }),
  };
}

function bodyOf(request: HttpRequest): Pick<Call, 'body'> {
  if (request.body) return { body: request.body.open };
  if (request.json === undefined) return {};
  const bytes = Buffer.from(JSON.stringify(request.json));
  return { body: () => bytes };
}

function parsed(text: string, headers: Readonly<Record<string, string>>, url: URL): unknown {
  if (text === '' || !/^application\/([^;]*\+)?json\b/.test(headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('bad-answer', `${shownUrl(url)} answered JSON that cannot be read.`, {
      hint: lookThere,
      args: { url: shownUrl(url), origin: url.origin },
    });
  }
}
