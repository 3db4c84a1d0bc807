import { Failure } from '../failure.ts';
import { answerFailure, lookThere, shownUrl } from './http-failures.ts';
import { retryAfterSeconds } from './http-retry.ts';
import { type Call, type Opened, type SendOptions, send } from './http-send.ts';

/** Gives the function that sends a call and follows its redirects up to a good answer, or throws the Failure. */
export function opener(options: SendOptions): (call: Call) => Promise<Opened> {
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
  if (!URL.canParse(text)) {
    throw new Failure('bad-answer', `"${text.slice(0, 100)}" is not an address.`, {
      hint: 'Check the addresses in settings.yaml; otherwise tell the archive that gave it.',
    });
  }
  return withoutUser(new URL(text));
}

/** User names and passwords in addresses end in logs; credentials come from where they are kept. */
function withoutUser(url: URL): URL {
  url.username = '';
  url.password = '';
  return url;
}

const maxRedirects = 5;

/** Where an answer sends us on to, if it does. Only GET and HEAD follow. */
function redirectOf(call: Call, sent: Opened, hops: number): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(sent.status) || call.expect.includes(sent.status)) return undefined;
  const from = shownUrl(sent.url);
  const location = sent.headers.location;
  if (!location || !URL.canParse(location, sent.url.href)) {
    throw new Failure('bad-answer', `${from} redirects to nowhere.`, {
      hint: lookThere,
      args: { url: from },
    });
  }
  const next = withoutUser(new URL(location, sent.url.href));
  if ((call.method !== 'GET' && call.method !== 'HEAD') || hops >= maxRedirects) {
    throw new Failure('redirect-refused', `${from} redirects to ${shownUrl(next)}, which was not followed.`, {
      hint: lookThere,
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
