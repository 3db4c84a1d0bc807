import { Failure, isFailure } from '../failure.ts';
import { privateAddressCode } from './addresses.ts';
import { codeOf } from './files.ts';
import { privateAddress } from './http-exchange.ts';

/** A URL as messages may show it: without user name, password, query and fragment, which can hold secrets. */
export function shownUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** What the server itself said, shortened to one line and without the credential that was sent. */
function saying(text: string, secret: string | undefined): string {
  let said = text;
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') said = message;
  } catch {
    if (/^\s*</.test(text)) return ''; // a web page says nothing that helps here
  }
  if (secret) said = said.replaceAll(secret, '[redacted]');
  said = said.replace(/\s+/g, ' ').trim().slice(0, 300);
  return said === '' ? '' : `: ${said}`;
}

/** An answer that is no success. */
export interface BadAnswer {
  readonly status: number;
  readonly url: URL;
  readonly text: string;
  /** The credential that was sent, if one was. */
  readonly credential: string | undefined;
}

/** What a person can do about an answer that nobody expected. */
export const lookThere =
  'Look at that address in a browser: it may have moved, or something else may answer there.';

/** The Failure for an answer that is no success. */
export function answerFailure({ status, url, text, credential }: BadAnswer): Failure {
  const where = shownUrl(url);
  const args = { url: where, origin: url.origin, status };
  const said = saying(text, credential);
  if (status === 401 || (status === 403 && !credential)) {
    return new Failure('login-needed', `${where} wants to know who you are (${status}${said}).`, {
      hint: `Make ${credential ? 'a new' : 'an'} access token at ${url.origin}, then: repo2vc login ${url.origin}`,
      args: { ...args, why: credential ? 'refused' : 'restricted' },
    });
  }
  if (status === 403) {
    return new Failure('forbidden', `Your token for ${url.origin} may not open ${where}${said}.`, {
      hint: 'Ask the owner of the record for access.',
      args,
    });
  }
  if (status === 404)
    return new Failure('not-found', `${where} does not exist${said}.`, { hint: lookThere, args });
  if (status === 410)
    return new Failure('gone', `${where} was deleted${said}.`, { hint: 'Ask whoever published it.', args });
  if (status === 429 || status === 503) {
    return new Failure('server-busy', `${url.origin} is too busy to answer (${status}).`, {
      hint: 'Try again in some minutes.',
      retryable: true,
      args,
    });
  }
  if (status >= 500) {
    return new Failure('server-failed', `${where} failed with ${status}${said}.`, {
      hint: 'The fault is on the server. Try again later.',
      retryable: true,
      args,
    });
  }
  return new Failure('request-refused', `${where} answered ${status}${said}.`, { hint: lookThere, args });
}

/** The Failure for an exchange that ended without a whole answer. */
export function connectionFailure(error: unknown, url: URL, why: string | undefined): Failure {
  if (isFailure(error)) return error;
  if (codeOf(error) === privateAddressCode) return privateAddress(url);
  const reason = why ?? explained[codeOf(error) ?? ''] ?? codeOf(error) ?? 'the connection broke';
  return new Failure('connection-failed', `${url.origin} could not be reached: ${reason}.`, {
    hint: 'Check the network (and the proxy settings of this computer), then run the same command again.',
    retryable: true,
    args: {
      url: shownUrl(url),
      origin: url.origin,
      why: reason,
      refused: codeOf(error) === 'ECONNREFUSED',
    },
  });
}

const explained: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no computer of that name',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no answer came in time',
  ENETUNREACH: 'there is no way to its network',
  EHOSTUNREACH: 'there is no way to it',
  ERR_CANCELED: 'no answer came in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody that this computer trusts',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that this computer trusts',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that this computer trusts',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody that this computer trusts',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};
