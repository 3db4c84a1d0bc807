import type { Context } from '../context.ts';

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
  const proxy = new URL(text.includes('://') ? text : `http://${text}`);
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
  if (/^(127\.|\[::1\]$|(.+\.)?localhost$)/.test(url.hostname)) return true;
  return exceptions
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [host = '', port] = entry
        .toLowerCase()
        .replace(/^\*?\./, '')
        .split(':');
      if (port && port !== url.port) return false;
      return url.hostname === host || url.hostname.endsWith(`.${host}`);
    });
}
