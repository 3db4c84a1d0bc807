import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../repo2vc/src/io/proxies.ts';

const of = (url: string, environment: Record<string, string>) => proxyFor(new URL(url), environment)?.host;

describe('the proxy of a request', () => {
  it('is the one for its protocol, or the one for all', () => {
    const environment = { HTTPS_PROXY: 'http://secure:1', http_proxy: 'http://plain:1' };
    expect(of('https://a.org/', environment)).toBe('secure');
    expect(of('http://a.org/', environment)).toBe('plain');
    expect(of('https://a.org/', { ALL_PROXY: 'all:8080' })).toBe('all');
    expect(of('https://a.org/', {})).toBeUndefined();
    expect(of('https://a.org/', { HTTPS_PROXY: '' })).toBeUndefined();
  });

  it('has its port and its password', () => {
    expect(proxyFor(new URL('https://a.org/'), { https_proxy: 'http://me:a%40b@p:3128' })).toEqual({
      protocol: 'http:',
      host: 'p',
      port: 3128,
      auth: { username: 'me', password: 'a@b' },
    });
  });

  it.each(['a.org', '.org', '*.org', 'b.com, a.org', '*', 'a.org:443', 'A.org'])(
    'is none with NO_PROXY=%s',
    (no_proxy) => {
      expect(of('https://sub.a.org/', { https_proxy: 'p:1', no_proxy })).toBeUndefined();
    },
  );

  it.each(['b.org', 'rg', 'xa.org', 'a.org:8443', ''])('is used with NO_PROXY=%j', (no_proxy) => {
    expect(of('https://a.org/', { https_proxy: 'p:1', no_proxy })).toBe('p');
  });

  it.each(['http://127.0.0.1:1/', 'http://127.77.1.2/', 'http://[::1]:1/', 'http://localhost/'])(
    'is none for %s, which is this computer',
    (url) => {
      expect(of(url, { http_proxy: 'p:1' })).toBeUndefined();
    },
  );

  it.each(['socks5://me:word@p:1', 'http://me:word@:x'])(
    'that cannot be used is refused unseen',
    (https_proxy) => {
      const use = () => of('https://a.org/', { https_proxy });
      expect(use).toThrowError(expect.objectContaining({ code: 'unusable-proxy' }));
      expect(use).not.toThrow(/word/);
    },
  );
});
