import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../support/context.ts';
import { hastyClock, sendJson, serve, testHttp } from '../../support/http.ts';

describe('requests', () => {
  it('gives the parsed answer, its status and its headers', async () => {
    const server = await serve((_request, response) => sendJson(response, 200, { a: 1 }, { 'X-Thing': 'b' }));
    const answer = await testHttp(testContext()).request({ url: `${server.origin}/x?y=1` });
    expect(answer).toMatchObject({
      status: 200,
      json: { a: 1 },
      text: '{"a":1}',
      url: `${server.origin}/x?y=1`,
    });
    expect(answer.headers['x-thing']).toBe('b');
    expect(server.seen[0]?.headers).toMatchObject({
      accept: 'application/json',
      'user-agent': 'repo2vc/test',
    });
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
    await http.request({
      method: 'PUT',
      url: server.origin,
      body: { size: 5, open: () => Readable.from(['hello']) },
    });
    expect(bodies).toEqual(['{"ä":1}', 'hello']);
    expect(server.seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '8',
    });
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
    const server = await serve((_request, response) =>
      sendJson(response, status, { message: 'because of this' }),
    );
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
    const failed = testHttp(testContext({ clock })).request({
      url: `http://127.0.0.1:${server.port === 9 ? 8 : 9}/`,
    });
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
