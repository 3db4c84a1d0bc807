import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testContext } from '../../support/context.ts';
import { hastyClock, sendJson, serve, testHttp } from '../../support/http.ts';

describe('requests', () => {
  it('gives the parsed answer, its status and its headers', async () => {
    const server = await serve((_request, response) => sendJson(response, 200, { a: 1 }, { 'X-Thing': 'b' }));
    const answer = await testHttp(testContext()).request({ url: `${server.origin}/x?y=1` });
    expect(answer).toMatchObject({ status: 200, json: { a: 1 }, text: '{"a":1}', url: `${server.origin}/x?y=1` });
    expect(answer.headers['x-thing']).toBe('b');
    expect(server.seen[0]?.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'repo2vc/test' });
  });

  it('sends JSON, and streams with their length', async () => {
    const bodies: string[] = [];
    const server = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      bodies.push(Buffer.concat(chunks).toString());
      sendJson(response, 200, {});
    });
    const http = testHttp(testContext());
    await http.request({ method: 'POST', url: server.origin, json: { ä: 1 } });
    await http.request({ method: 'PUT', url: server.origin, body: { size: 5, open: () => Readable.from(['hello']) } });
    expect(bodies).toEqual(['{"ä":1}', 'hello']);
    expect(server.seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '8' });
    expect(server.seen[1]?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '5',
    });
  });

  it.each([
    [404, 'not-found'],
    [410, 'gone'],
    [403, 'login-needed'],
    [401, 'login-needed'],
    [400, 'request-refused'],
  ])('makes %i the failure %s, with what the server said', async (status, code) => {
    const server = await serve((_request, response) => sendJson(response, status, { message: 'because of this' }));
    const failed = testHttp(testContext()).request({ url: `${server.origin}/secret?token=abc` });
    await expect(failed).rejects.toMatchObject({
      code,
      message: expect.stringContaining('because of this'),
      args: { status, origin: server.origin },
    });
    await expect(failed).rejects.not.toThrow(/abc/);
  });

  it('gives a status that was expected as an answer', async () => {
    const server = await serve((_request, response) => sendJson(response, 410, { tombstone: {} }));
    const answer = await testHttp(testContext()).request({ url: server.origin, expect: [410] });
    expect(answer).toMatchObject({ status: 410, json: { tombstone: {} } });
  });

  it('refuses an answer that is too large, and JSON that is none', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/large') sendJson(response, 200, 'x'.repeat(10_000));
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    });
    const http = testHttp(testContext());
    await expect(http.request({ url: `${server.origin}/large`, maxBytes: 1000 })).rejects.toMatchObject({
      code: 'too-large',
    });
    await expect(http.request({ url: server.origin })).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('gives up a server that falls silent, before its answer or in it', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/half') response.writeHead(200, { 'content-length': '100' }).write('half');
    });
    const http = testHttp(testContext({ clock: hastyClock() }), { idleMs: 100 });
    for (const path of ['/never', '/half']) {
      await expect(http.request({ method: 'POST', url: server.origin + path })).rejects.toMatchObject({
        code: 'connection-failed',
        args: { why: 'it fell silent' },
      });
    }
  });

  it('stops at once when it is told to', async () => {
    const stop = new AbortController();
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => stop.abort(), 50);
    });
    const failed = testHttp(testContext({ signal: stop.signal })).request({ url: server.origin });
    await expect(failed).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('says that nothing listens, without waiting for it on this computer', async () => {
    const server = await serve(() => undefined);
    const clock = hastyClock();
    const failed = testHttp(testContext({ clock })).request({ url: `http://127.0.0.1:${server.port === 9 ? 8 : 9}/` });
    await expect(failed).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    expect(clock.waits).toEqual([]);
  });
});

describe('retries', () => {
  it('keeps to Retry-After on 429 and 503, up to a minute', async () => {
    const answers = [
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503, headers: { 'retry-after': '3600' } },
      { status: 200, headers: {} },
    ];
    const server = await serve((_request, response, { seen }) => {
      const { status, headers } = answers[seen.length - 1] ?? { status: 500, headers: {} };
      sendJson(response, status, { n: seen.length }, headers);
    });
    const clock = hastyClock();
    const context = testContext({ clock });
    const answer = await testHttp(context).request({ url: `${server.origin}/busy` });
    expect(answer.json).toEqual({ n: 3 });
    expect(clock.waits).toEqual([7000, 60_000]);
    expect(context.events).toContainEqual({
      code: 'request-retried',
      args: { url: `${server.origin}/busy`, why: 'server-busy', seconds: 7 },
    });
  });

  it('gives up after a few tries, saying when to come back', async () => {
    const server = await serve((_request, response) => sendJson(response, 429, {}, { 'retry-after': '30' }));
    const clock = hastyClock();
    await expect(testHttp(testContext({ clock })).request({ url: server.origin })).rejects.toMatchObject({
      code: 'server-busy',
      retryable: true,
      message: expect.stringContaining('30 s'),
    });
    expect(server.seen).toHaveLength(4);
  });

  it('repeats what may be done twice after a lost answer, and nothing else', async () => {
    const server = await serve((request, response, { seen }) => {
      if (seen.filter(({ method }) => method === request.method).length === 1) request.socket.destroy();
      else sendJson(response, 200, {});
    });
    const http = testHttp(testContext({ clock: hastyClock() }));
    await expect(http.request({ url: server.origin })).resolves.toMatchObject({ status: 200 });
    await expect(http.request({ method: 'POST', url: server.origin, json: {} })).rejects.toMatchObject({
      code: 'connection-failed',
    });
    const put = http.request({
      method: 'PUT',
      url: server.origin,
      idempotent: true,
      body: { size: 2, open: () => Readable.from(['ab']) },
    });
    await expect(put).resolves.toMatchObject({ status: 200 });
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST', 'PUT', 'PUT']);
  });

  it('repeats a POST that was turned away before it was done', async () => {
    const server = await serve((_request, response, { seen }) => {
      sendJson(response, seen.length === 1 ? 429 : 201, {}, { 'retry-after': '1' });
    });
    const http = testHttp(testContext({ clock: hastyClock() }));
    await expect(http.request({ method: 'POST', url: server.origin, json: {} })).resolves.toMatchObject({
      status: 201,
    });
  });
});

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
    const failure = await http.request({ url: `http://me:pass@127.0.0.1:${server.port}/` }).catch((e: Error) => e);
    expect(failure).toMatchObject({ code: 'forbidden' });
    expect(JSON.stringify([failure, (failure as Error).message, (failure as Error).stack])).not.toMatch(/S3CRET|pass@/);
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
    const server = await serve((_request, response) => void response.writeHead(307, { location: '/again' }).end());
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
    const environment = { HTTPS_PROXY: `http://me:word@127.0.0.1:${port}`, HTTP_PROXY: `http://127.0.0.1:${port}` };
    const http = testHttp(testContext({ environment, clock: hastyClock() }), {
      allowPrivate: (origin) => origin === own.origin,
      credentialFor: async () => 'S3CRET',
    });
    const failure = await http.request({ method: 'POST', url: 'https://archive.invalid/api' }).catch((e: Error) => e);
    expect(failure).toMatchObject({ retryable: true });
    expect(String((failure as Error).message)).not.toMatch(/word|S3CRET/);
    expect(tunnels).toEqual([`archive.invalid:443 Basic ${Buffer.from('me:word').toString('base64')}`]);
    await expect(http.request({ url: own.origin })).resolves.toMatchObject({ status: 200 });
  });
});
