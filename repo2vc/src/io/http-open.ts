import { type Readable, Transform } from 'node:stream';
import type { Context } from '../context.ts';
import { Failure, interrupted } from '../failure.ts';
import type { Exchange, RawAnswer } from './http-exchange.ts';
import { answerFailure, connectionFailure, shownUrl } from './http-failures.ts';
import { retryAfterSeconds } from './http-retry.ts';

/** What requests are made with. */
export interface HttpOptions extends Pick<Context, 'clock' | 'environment' | 'emit' | 'signal'> {
  readonly userAgent: string;
  /** The token for an origin, if the person saved one. */
  readonly credentialFor: (origin: string) => Promise<string | undefined>;
  /** Whether an origin may lie in a private network: those that the person configured. */
  readonly allowPrivate: (origin: string) => boolean;
  /** A server that is silent for so long is given up. Default: one minute. */
  readonly idleMs?: number;
}

/** One request as it goes over the wire, redirects included. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: () => Buffer | Readable;
  readonly expect: readonly number[];
  readonly maxRedirects: number;
  readonly typed: boolean;
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** A good answer whose body is still to be read, once, by one of the two. Both throw Failures. */
export interface Opened {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: URL;
  chunks(): AsyncIterable<Buffer>;
  text(maxBytes: number): Promise<string>;
}

interface OpenerOptions extends HttpOptions {
  readonly idleMs: number;
  readonly exchange: (exchange: Exchange) => Promise<RawAnswer>;
}

/** Gives the function that sends a call and follows its redirects up to a good answer, or throws the Failure. */
export function opener(options: OpenerOptions): (call: Call) => Promise<Opened> {
  return async (call) => {
    const first = urlOf(call.url);
    let url = first;
    for (let hops = 0; ; hops++) {
      const mayBePrivate = options.allowPrivate(url.origin) || (call.typed && url.origin === first.origin);
      // Asked for anew at every hop, so that a credential never travels with a redirect.
      const credential = await options.credentialFor(url.origin);
      const sent = await send({ call, url, credential, mayBePrivate }, options);
      const next = redirectOf(call, sent, hops);
      if (next) {
        sent.discard();
        url = next;
        continue;
      }
      if ((sent.status >= 200 && sent.status < 300) || call.expect.includes(sent.status)) return sent;
      const text = await sent.text(64 * 1024).catch(() => '');
      const failure = answerFailure({ status: sent.status, url, text, credential });
      throw withRetryAfter(failure, retryAfterSeconds(sent.headers['retry-after'], options.clock.now()));
    }
  };
}

function urlOf(text: string): URL {
  if (!URL.canParse(text)) throw new Failure('bad-answer', `"${text.slice(0, 100)}" is not an address.`);
  return withoutUser(new URL(text));
}

/** User names and passwords in addresses end in logs; credentials come from where they are kept. */
function withoutUser(url: URL): URL {
  url.username = '';
  url.password = '';
  return url;
}

interface Hop {
  readonly call: Call;
  readonly url: URL;
  readonly credential: string | undefined;
  readonly mayBePrivate: boolean;
}

interface Sent extends Opened {
  discard(): void;
}

async function send(hop: Hop, options: OpenerOptions): Promise<Sent> {
  const { call, url } = hop;
  const idle = idleWatch(call.signal, options.idleMs);
  const translated = (error: unknown) => {
    idle.end();
    if (call.signal.aborted) return interrupted();
    return connectionFailure(error, url, idle.expired() ? 'it fell silent' : undefined);
  };
  const answer = await exchanged(hop, options, idle).catch((error: unknown) => {
    throw translated(error);
  });
  idle.touch();
  idle.signal.addEventListener('abort', () => answer.body.destroy(new Error('aborted')), { once: true });
  async function* chunks(): AsyncIterable<Buffer> {
    try {
      for await (const chunk of answer.body) {
        idle.touch();
        yield chunk as Buffer;
      }
    } catch (error) {
      throw translated(error);
    } finally {
      idle.end();
      answer.body.destroy();
    }
  }
  return {
    status: answer.status,
    headers: answer.headers,
    url,
    chunks,
    text: (maxBytes) => textOf(chunks(), maxBytes, url),
    discard: () => {
      idle.end();
      answer.body.destroy();
    },
  };
}

async function exchanged(
  { call, url, credential, mayBePrivate }: Hop,
  options: OpenerOptions,
  idle: ReturnType<typeof idleWatch>,
): Promise<RawAnswer> {
  const headers: Record<string, string> = { ...call.headers, 'user-agent': options.userAgent };
  if (credential) headers.authorization = `Bearer ${credential}`;
  const body = call.body?.();
  try {
    if (call.signal.aborted) throw interrupted();
    return await options.exchange({
      method: call.method,
      url,
      headers,
      ...(body && { body: Buffer.isBuffer(body) ? body : body.pipe(touching(idle.touch)) }),
      mayBePrivate,
      raw: call.raw,
      signal: idle.signal,
    });
  } catch (error) {
    if (body && !Buffer.isBuffer(body)) body.destroy();
    throw error;
  }
}

async function textOf(chunks: AsyncIterable<Buffer>, maxBytes: number, url: URL): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new Failure('too-large', `${shownUrl(url)} answered more than ${maxBytes} bytes.`, {
        args: { url: shownUrl(url), maxBytes },
      });
    }
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
}

/** Where an answer sends us on to, if it does. */
function redirectOf(call: Call, sent: Opened, hops: number): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(sent.status) || call.expect.includes(sent.status)) return undefined;
  const from = shownUrl(sent.url);
  const location = sent.headers.location;
  if (!location || !URL.canParse(location, sent.url.href)) {
    throw new Failure('bad-answer', `${from} redirects to nowhere.`, { args: { url: from } });
  }
  const next = withoutUser(new URL(location, sent.url.href));
  if ((call.method !== 'GET' && call.method !== 'HEAD') || hops >= call.maxRedirects) {
    throw new Failure('redirect-refused', `${from} redirects to ${shownUrl(next)}, which was not followed.`, {
      args: { url: from, origin: next.origin },
    });
  }
  return next;
}

function withRetryAfter(failure: Failure, seconds: number | undefined): Failure {
  if (seconds === undefined) return failure;
  const { code, message, hint, retryable, args } = failure;
  const said = failure.code === 'server-busy' ? `It asks to be left alone for ${seconds} s.` : undefined;
  return new Failure(code, said ? `${message} ${said}` : message, {
    ...(hint && { hint }),
    retryable,
    args: { ...args, retryAfter: seconds },
  });
}

function touching(touch: () => void): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      touch();
      done(null, chunk);
    },
  });
}

/** A signal that fires with `outer`, or when nothing was touched for `ms`. */
function idleWatch(outer: AbortSignal, ms: number) {
  const controller = new AbortController();
  let expired = false;
  const stop = () => controller.abort();
  const timer = setTimeout(() => {
    expired = true;
    stop();
  }, ms);
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  return {
    signal: controller.signal,
    touch: () => void timer.refresh(),
    expired: () => expired,
    end: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', stop);
    },
  };
}
