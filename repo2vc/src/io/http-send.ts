import { pipeline, type Readable, Transform } from 'node:stream';
import type { Context } from '../context.ts';
import { Failure, interrupted } from '../failure.ts';
import type { Exchange, RawAnswer } from './http-exchange.ts';
import { connectionFailure, lookThere, shownUrl } from './http-failures.ts';

/** One request as it goes over the wire, redirects included. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: () => Buffer | Readable;
  readonly expect: readonly number[];
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
  /** Ends the connection without reading. */
  discard(): void;
}

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

/** The same, complete. */
export interface SendOptions extends HttpOptions {
  readonly idleMs: number;
  readonly exchange: (exchange: Exchange) => Promise<RawAnswer>;
}

/** One request of a call: the first, or one that a redirect led to. */
interface Hop {
  readonly call: Call;
  readonly url: URL;
  readonly credential: string | undefined;
  readonly mayBePrivate: boolean;
}

/** Sends one request; throws a Failure when no answer begins to come. */
export async function send(hop: Hop, options: SendOptions): Promise<Opened> {
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
  options: SendOptions,
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
      ...(body && { body: Buffer.isBuffer(body) ? body : touching(body, idle.touch) }),
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
        hint: lookThere,
        args: { url: shownUrl(url), maxBytes },
      });
    }
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
}

/** The same bytes; every one of them is a sign of life. What breaks one end breaks the other. */
function touching(body: Readable, touch: () => void): Readable {
  const through = new Transform({
    transform(chunk, _encoding, done) {
      touch();
      done(null, chunk);
    },
  });
  return pipeline(body, through, () => undefined);
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
