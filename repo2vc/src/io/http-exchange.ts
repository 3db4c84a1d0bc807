import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { AxiosRequestConfig } from 'axios';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { isLoopback, isPrivate, publicLookup } from './addresses.ts';
import { proxyFor } from './proxies.ts';

/** One request to one server: no redirect is followed, nothing is retried. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | Readable;
  /** Whether the server may lie in a private network. */
  readonly mayBePrivate: boolean;
  /** Whether the body is wanted as it is stored, not compressed for the way. */
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** A server's answer, its body not read yet. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** Gives the function that does exchanges through the proxies and with the certificates of this computer. */
export function exchanger(environment: Context['environment']): (exchange: Exchange) => Promise<RawAnswer> {
  let made: ReturnType<typeof makeAgents> | undefined;
  return async (exchange) => {
    const { url, mayBePrivate } = exchange;
    checkAddress(url, mayBePrivate);
    const proxy = proxyFor(url, environment);
    const repeatable = exchange.method === 'GET' || exchange.method === 'HEAD';
    // Through a proxy it is the proxy that looks names up, and its own address may well be private.
    const guarded = !mayBePrivate && !proxy;
    made ??= makeAgents(environment); // dear, and many commands never need them
    // Loaded late: it costs a command 100 ms.
    const { default: axios } = await import('axios');
    const answer = await axios.request<Readable>({
      ...made(repeatable, guarded),
      method: exchange.method,
      url: url.href,
      // Without a body nothing is said of its type; axios would call it a form.
      headers: { 'content-type': false, ...exchange.headers },
      data: exchange.body,
      proxy: proxy ?? false,
      responseType: 'stream',
      decompress: !exchange.raw,
      maxRedirects: 0,
      maxBodyLength: Number.POSITIVE_INFINITY,
      maxContentLength: Number.POSITIVE_INFINITY,
      validateStatus: () => true,
      signal: exchange.signal,
    });
    return { status: answer.status, headers: plainHeaders(answer.headers), body: answer.data };
  };
}

/** A connection that was kept may be closed under a request: only requests that can be repeated are sent on one. */
function makeAgents(environment: Context['environment']) {
  const ca = certificates(environment);
  const secureContext = ca && createSecureContext({ ca });
  const agentsFor = (keepAlive: boolean, guarded: boolean): AxiosRequestConfig => {
    const options = { keepAlive, ...(guarded && { lookup: publicLookup }) };
    return {
      httpAgent: new HttpAgent(options),
      httpsAgent: new HttpsAgent({ ...options, ...(secureContext && { secureContext }) }),
    };
  };
  const once = { guarded: agentsFor(false, true), open: agentsFor(false, false) };
  const kept = { guarded: agentsFor(true, true), open: agentsFor(true, false) };
  return (keepAlive: boolean, guarded: boolean) => (keepAlive ? kept : once)[guarded ? 'guarded' : 'open'];
}

/** Refuses what no request may be sent to: other protocols, plain http over a network, private places. */
function checkAddress(url: URL, mayBePrivate: boolean): void {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Failure('insecure-address', `${url.origin} is not an https address.`, {
      hint: 'Plain http is used only for servers on this computer.',
      args: { origin: url.origin },
    });
  }
  if (!mayBePrivate && isPrivate(url.hostname)) throw privateAddress(url);
}

/** The Failure for a server's attempt to lead us into a private network. */
export function privateAddress(url: URL): Failure {
  return new Failure('redirect-refused', `${url.origin} lies in a private network; it was not asked.`, {
    hint: 'If it is an archive that you trust, add it to settings.yaml under archives.',
    args: { origin: url.origin },
  });
}

/** The certificates to trust when SSL_CERT_FILE names more than Node knows. (NODE_EXTRA_CA_CERTS is Node's own.) */
function certificates(environment: Context['environment']): string[] | undefined {
  const paths = [environment.SSL_CERT_FILE, environment.NODE_EXTRA_CA_CERTS];
  if (!paths[0]) return undefined;
  return [...rootCertificates, ...paths.flatMap((path) => readCertificates(path))];
}

function readCertificates(path: string | undefined): string[] {
  if (!path) return [];
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return []; // as OpenSSL has it: a bundle that is not there trusts nobody
  }
}

function plainHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
