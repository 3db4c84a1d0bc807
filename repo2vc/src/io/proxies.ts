import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { isLoopback } from './addresses.ts';

/** The variables in which an environment names proxies, in both spellings. */
export const proxyNames: readonly string[] = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap(
  (name) => [name, name.toUpperCase()],
);

/** A proxy as axios takes it. */
export interface Proxy {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly auth?: { readonly username: string; readonly password: string };
}

/**
 * The proxy that the host's environment names for a URL (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY; lower case
 * goes first, as curl has it), or undefined. This computer itself is never reached through a proxy.
 */
export function proxyFor(url: URL, environment: Context['environment']): Proxy | undefined {
  const named = (name: string) => environment[name] || environment[name.toUpperCase()];
  const text = named(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? named('all_proxy');
  if (!text || isExcepted(url, named('no_proxy') ?? '')) return undefined;
  const address = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(address) || !/^https?:/.test(address)) throw unusable();
  const proxy = new URL(address);
  return {
    protocol: proxy.protocol,
    host: proxy.hostname,
    port: Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80)),
    ...(proxy.username !== '' && {
      auth: {
        username: decodeURIComponent(proxy.username),
        password: decodeURIComponent(proxy.password),
      },
    }),
  };
}

function isExcepted(url: URL, exceptions: string): boolean {
  if (isLoopback(url.hostname)) return true;
  const ownPort = url.port || (url.protocol === 'https:' ? '443' : '80');
  return exceptions
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [host = '', port] = entry
        .toLowerCase()
        .replace(/^\*?\./, '')
        .split(':');
      if (port && port !== ownPort) return false;
      return url.hostname === host || url.hostname.endsWith(`.${host}`);
    });
}

/** The value is not shown: a proxy's address can hold a password. */
function unusable(): Failure {
  return new Failure('unusable-proxy', 'The environment names a proxy that repo2vc cannot use.', {
    hint: 'HTTPS_PROXY and HTTP_PROXY must be http:// or https:// addresses.',
  });
}
