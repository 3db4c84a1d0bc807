import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../support/context.ts';
import { hastyClock, serve, testHttp } from '../../support/http.ts';

const bytes = randomBytes(3_000_000);
const md5 = (data: Buffer) => `md5:${createHash('md5').update(data).digest('hex')}`;
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** Sends the bytes, or what a Range header asks for; cuts the connection after `cutAfter` of them. */
function send(request: IncomingMessage, response: ServerResponse, cutAfter = Number.POSITIVE_INFINITY): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = bytes.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
  });
  if (cutAfter >= rest.length) return void response.end(rest);
  response.write(rest.subarray(0, cutAfter), () => setTimeout(() => request.socket.destroy(), 20));
}

function setUp() {
  const context = testContext({ clock: hastyClock() });
  const path = join(context.folder, 'file');
  return { context, path, http: testHttp(context), plain: { path, maxBytes: 10_000_000, name: 'file' } };
}

describe('a download', () => {
  it('arrives whole, with its checksums, and leaves nothing beside it', async () => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    const got = await http.download(
      { ...plain, url: `${server.origin}/file`, size: bytes.length, checksum: md5(bytes) },
      context,
    );
    expect(got).toEqual({ size: bytes.length, sha256 });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(existsSync(`${path}.part`)).toBe(false);
    expect(server.seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('goes on where the connection was cut, as often as it comes further', async () => {
    const server = await serve((request, response) => send(request, response, 400_000));
    const { context, path, http, plain } = setUp();
    await http.download({ ...plain, url: server.origin, size: bytes.length, checksum: md5(bytes) }, context);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(server.seen.length).toBeGreaterThan(6);
    expect(context.events.map(({ code }) => code)).toContain('download-resumed');
  });

  it('begins anew at a server that cannot go on', async () => {
    const server = await serve((request, response, { seen }) => {
      delete request.headers.range;
      send(request, response, seen.length === 1 ? 1_000_000 : undefined);
    });
    const { context, path, http, plain } = setUp();
    const got = await http.download({ ...plain, url: server.origin, checksum: md5(bytes) }, context);
    expect(got.sha256).toBe(sha256);
    expect(readFileSync(path).length).toBe(bytes.length);
  });

  it('goes on with what an earlier command left', async () => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    writeFileSync(`${path}.part`, bytes.subarray(0, 2_000_000));
    const got = await http.download(
      { ...plain, url: server.origin, size: bytes.length, checksum: md5(bytes) },
      context,
    );
    expect(got.sha256).toBe(sha256);
    expect(server.seen.map(({ headers }) => headers.range)).toEqual(['bytes=2000000-']);
  });

  it.each([
    ['of another file', randomBytes(1_000_000)],
    ['longer than the file', randomBytes(4_000_000)],
  ])('does not build on what is %s', async (_what, left) => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    writeFileSync(`${path}.part`, left);
    await http.download({ ...plain, url: server.origin, size: bytes.length, checksum: md5(bytes) }, context);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('needs no server for what is there whole', async () => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    writeFileSync(`${path}.part`, bytes);
    await http.download({ ...plain, url: server.origin, size: bytes.length, checksum: md5(bytes) }, context);
    expect(server.seen).toEqual([]);
  });

  it('gives up when it comes no further, keeping what it has', async () => {
    const server = await serve((request, response, { seen }) => {
      if (seen.length === 1) send(request, response, 500_000);
      else request.socket.destroy();
    });
    const { context, path, http, plain } = setUp();
    await expect(
      http.download({ ...plain, url: server.origin, size: bytes.length, checksum: md5(bytes) }, context),
    ).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    const kept = readFileSync(`${path}.part`);
    expect(kept.length).toBeGreaterThan(0);
    expect(bytes.subarray(0, kept.length).equals(kept)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it('of a wrong checksum is refused and removed', async () => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    await expect(
      http.download({ ...plain, url: server.origin, checksum: `md5:${'0'.repeat(32)}` }, context),
    ).rejects.toMatchObject({
      code: 'checksum-mismatch',
      args: { file: 'file', found: md5(bytes).slice(4) },
    });
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
    expect(server.seen).toHaveLength(1);
  });

  it('of another size than stated is refused before it is taken in', async () => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    for (const size of [bytes.length - 1, bytes.length + 1]) {
      await expect(http.download({ ...plain, url: server.origin, size }, context)).rejects.toMatchObject({
        code: 'size-mismatch',
        args: { expected: size, found: bytes.length },
      });
    }
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
  });

  it('that never ends is stopped at its cap', async () => {
    const server = await serve((_request, response) => {
      const more = () => {
        while (response.write(bytes));
        response.once('drain', more);
      };
      response.writeHead(200);
      more();
    });
    const { context, path, http, plain } = setUp();
    await expect(
      http.download({ ...plain, url: server.origin, maxBytes: 5_000_000 }, context),
    ).rejects.toMatchObject({ code: 'too-large' });
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
  });

  it('onto a full disk says so, and leaves nothing', async () => {
    const server = await serve((request, response) => send(request, response));
    const { context, path, http, plain } = setUp();
    symlinkSync('/dev/full', `${path}.part`);
    await expect(http.download({ ...plain, url: server.origin }, context)).rejects.toMatchObject({
      code: 'disk-full',
      hint: expect.stringContaining('Free some space'),
    });
    expect(readdirSync(context.folder)).toEqual([]);
  });

  it('stops when told to, and can be gone on with', async () => {
    const stop = new AbortController();
    const server = await serve((request, response, { seen }) => {
      send(request, response, seen.length === 1 ? 1_000_000 : undefined);
      if (seen.length === 1) setTimeout(() => stop.abort(), 10);
    });
    const { context, path, http, plain } = setUp();
    const file = { ...plain, url: server.origin, size: bytes.length, checksum: md5(bytes) };
    await expect(http.download(file, { ...context, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
    await expect(http.download(file, context)).resolves.toMatchObject({ sha256 });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('carries no credential along a redirect elsewhere', async () => {
    const store = await serve((request, response) => send(request, response));
    const server = await serve(
      (_request, response) => void response.writeHead(302, { location: `${store.origin}/blob` }).end(),
    );
    const { context, plain } = setUp();
    const http = testHttp(context, {
      credentialFor: async (origin) => (origin === server.origin ? 'S3CRET' : undefined),
    });
    await http.download({ ...plain, url: server.origin, checksum: md5(bytes) }, context);
    expect(server.seen[0]?.headers.authorization).toBe('Bearer S3CRET');
    expect(store.seen[0]?.headers.authorization).toBeUndefined();
  });
});
