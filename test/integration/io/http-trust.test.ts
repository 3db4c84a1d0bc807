import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testContext } from '../../support/context.ts';
import { hastyClock, sendJson, serve, testHttp } from '../../support/http.ts';

describe('credentials', () => {
  it('go to their own origin alone, and never along a redirect', async () => {
    const other = await serve((_request, response) => sendJson(response, 200, {}));
    const server = await serve((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: `${other.origin}/there` }).end();
      else if (request.url === '/on') response.writeHead(302, { location: '/end' }).end();
      else sendJson(response, 200, {});
    });
    const http = testHttp(testContext(), {
      credentialFor: async (origin) => (origin === server.origin ? 'S3CRET' : undefined),
    });
    await http.request({ url: `${server.origin}/away` });
    await http.request({ url: `${server.origin}/on` });
    await http.request({ url: `${other.origin}/directly` });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer S3CRET'));
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('never show in a failure, even when the server repeats them', async () => {
    const server = await serve((request, response) =>
      sendJson(response, 403, { message: `no: ${request.headers.authorization}` }),
    );
    const http = testHttp(testContext(), { credentialFor: async () => 'S3CRET' });
    const failure = await http
      .request({ url: `http://me:pass@127.0.0.1:${server.port}/` })
      .catch((e: Error) => e);
    expect(failure).toMatchObject({ code: 'forbidden' });
    expect(JSON.stringify([failure, (failure as Error).message, (failure as Error).stack])).not.toMatch(
      /S3CRET|pass@/,
    );
  });

  it('that were refused are told apart from none', async () => {
    const server = await serve((_request, response) => sendJson(response, 401, {}));
    const why = async (token: string | undefined) =>
      testHttp(testContext(), { credentialFor: async () => token })
        .request({ url: server.origin })
        .catch((failure) => failure.args.why);
    expect(await why(undefined)).toBe('restricted');
    expect(await why('old')).toBe('refused');
  });
});

describe('redirects', () => {
  it('into a private network are refused unless that place is configured', async () => {
    const inside = await serve((_request, response) => sendJson(response, 200, { inside: true }));
    const server = await serve((_request, response) => {
      response.writeHead(302, { location: `${inside.origin}/metadata` }).end();
    });
    const http = testHttp(testContext(), { allowPrivate: (origin) => origin === server.origin });
    await expect(http.request({ url: server.origin })).rejects.toMatchObject({
      code: 'redirect-refused',
      args: { origin: inside.origin },
    });
    expect(inside.seen).toEqual([]);
    const trusting = testHttp(testContext(), { allowPrivate: () => true });
    await expect(trusting.request({ url: server.origin })).resolves.toMatchObject({ json: { inside: true } });
  });

  it('are followed a few times, and only for requests that change nothing', async () => {
    const server = await serve(
      (_request, response) => void response.writeHead(307, { location: '/again' }).end(),
    );
    const http = testHttp(testContext());
    await expect(http.request({ url: server.origin })).rejects.toMatchObject({ code: 'redirect-refused' });
    expect(server.seen).toHaveLength(6);
    await expect(http.request({ method: 'POST', url: server.origin, json: {} })).rejects.toMatchObject({
      code: 'redirect-refused',
    });
    expect(server.seen).toHaveLength(7);
  });

  it.each([
    ['http://example.org/x', 'insecure-address'],
    ['file:///etc/passwd', 'insecure-address'],
    ['https://169.254.169.254/latest', 'redirect-refused'],
    ['https://[::ffff:10.0.0.1]/', 'redirect-refused'],
    ['https://localhost:1/', 'redirect-refused'],
  ])('to %s are refused', async (location, code) => {
    const server = await serve((_request, response) => void response.writeHead(302, { location }).end());
    const http = testHttp(testContext(), { allowPrivate: (origin) => origin === server.origin });
    await expect(http.request({ url: server.origin })).rejects.toMatchObject({ code });
  });

  it('by name are refused when the name leads to a private address', async () => {
    // /etc/hosts gives every computer at least one name of its own.
    const http = testHttp(testContext({ environment: {} }), { allowPrivate: () => false });
    await expect(http.request({ url: `https://${hostname()}:9/` })).rejects.toMatchObject({
      code: expect.stringMatching(/redirect-refused|connection-failed/),
    });
  });
});

describe('an address that the person typed', () => {
  it('may lie in her own network; where it leads may not', async () => {
    const inside = await serve((_request, response) => sendJson(response, 200, {}));
    const server = await serve((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: inside.origin }).end();
      else sendJson(response, 200, {});
    });
    const http = testHttp(testContext(), { allowPrivate: () => false });
    await expect(http.request({ url: server.origin, typed: true })).resolves.toMatchObject({ status: 200 });
    await expect(http.request({ url: server.origin })).rejects.toMatchObject({ code: 'redirect-refused' });
    await expect(http.request({ url: `${server.origin}/away`, typed: true })).rejects.toMatchObject({
      code: 'redirect-refused',
    });
  });
});

describe('proxies of the host', () => {
  it('carry https through a tunnel, and nothing for this computer', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(`${request.url} ${request.headers['proxy-authorization']}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const own = await serve((_request, response) => sendJson(response, 200, {}));
    const environment = {
      HTTPS_PROXY: `http://me:word@127.0.0.1:${port}`,
      HTTP_PROXY: `http://127.0.0.1:${port}`,
    };
    const http = testHttp(testContext({ environment, clock: hastyClock() }), {
      allowPrivate: (origin) => origin === own.origin,
      credentialFor: async () => 'S3CRET',
    });
    const failure = await http
      .request({ method: 'POST', url: 'https://archive.invalid/api' })
      .catch((e: Error) => e);
    expect(failure).toMatchObject({ retryable: true });
    expect(String((failure as Error).message)).not.toMatch(/word|S3CRET/);
    expect(tunnels).toEqual([`archive.invalid:443 Basic ${Buffer.from('me:word').toString('base64')}`]);
    await expect(http.request({ url: own.origin })).resolves.toMatchObject({ status: 200 });
  });
});
