import { chmodSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Docker, type DockerCall, dockerFor, statusOf } from '../../../repo2vc/src/io/docker/client.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { fakeEngine } from '../../support/fake-engine.ts';

const { signal } = new AbortController();
const get = (path = '/info', more: Partial<DockerCall> = {}): DockerCall => ({
  method: 'GET',
  path,
  signal,
  ...more,
});

const connectWith = (environment: Record<string, string>) => dockerFor(testContext({ environment }));

/** What a server that is no HTTP server says to whoever connects. */
async function rawServer(said: string): Promise<string> {
  const path = join(temporaryFolder(), 'docker.sock');
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (said !== '') socket.end(said);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return path;
}

describe('an engine that answers', () => {
  it('is asked in the oldest API that both speak, with what the call says', async () => {
    const bodies: string[] = [];
    const engine = await fakeEngine(async (request, response) => {
      bodies.push(`${request.headers['content-type']} ${Buffer.concat(await request.toArray())}`);
      response.end(request.method === 'DELETE' ? undefined : '{"Id":"x"}');
    });
    const docker = await dockerFor(engine.context);
    expect([docker.host, docker.local]).toEqual([`unix://${engine.socketPath}`, true]);
    expect(docker.version).toEqual({
      ...{ engine: 'Docker', number: '20.10.24' },
      ...{ os: 'linux', architecture: 'amd64' },
    });
    const query = { name: 'a b', filters: { label: ['x=y'] }, force: true, gone: undefined };
    expect(
      await docker.request(get('/containers/create', { method: 'POST', query, body: { Image: 'i' } })),
    ).toEqual({
      Id: 'x',
    });
    expect(await docker.request(get('/containers/x', { method: 'DELETE' }))).toBeUndefined();
    const upload = Readable.from([Buffer.from('tar')]);
    await docker.request(get('/containers/x/archive', { method: 'PUT', query: { path: '/' }, upload }));
    expect(engine.requests).toEqual([
      'POST /v1.41/containers/create?name=a%20b&filters=%7B%22label%22%3A%5B%22x%3Dy%22%5D%7D&force=true',
      'DELETE /v1.41/containers/x',
      'PUT /v1.41/containers/x/archive?path=%2F',
    ]);
    expect(bodies).toEqual(['application/json {"Image":"i"}', 'undefined ', 'application/tar tar']);
    expect(await dockerFor(engine.context)).toBe(docker);
  });

  it('that speaks only newer APIs is asked in its oldest', async () => {
    const version = { ApiVersion: '1.52', MinAPIVersion: '1.44', Components: [{ Name: 'Podman Engine' }] };
    const engine = await fakeEngine((_, response) => response.end('{}'), { version });
    const docker = await dockerFor(engine.context);
    await docker.request(get());
    expect([engine.requests, docker.version.engine]).toEqual([['GET /v1.44/info'], 'Podman']);
  });

  it('streams an answer that comes little by little, and lets it go when nobody wants more', async () => {
    let closed: () => void;
    const end = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const engine = await fakeEngine((_, response) => {
      response.write('{"first":1}\n');
      response.once('close', closed);
    });
    const stream = await (await dockerFor(engine.context)).stream(get('/events'));
    for await (const chunk of stream) {
      expect(String(chunk)).toBe('{"first":1}\n');
      break;
    }
    await end;
  });
});

describe('an engine that does not', () => {
  it('is told as absent, with what to do', async () => {
    const gone = await failureOf(() => connectWith({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }));
    expect([gone.code, gone.retryable]).toEqual(['no-engine', false]);
    expect(gone.message).toContain('unix:///nowhere/docker.sock');
    expect(gone.hint).toContain('DOCKER_HOST');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect((await failureOf(() => connectWith({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }))).code).toBe(
      'no-engine',
    );
  });

  it.each([
    ['that speaks another language', 'SSH-2.0-OpenSSH\r\n', 'no-engine'],
    ['that hangs up', 'HTTP/1.1 200 OK\r\n', 'engine-gone'],
    ['that is some other server', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'no-engine'],
    ['that answers other JSON', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', 'no-engine'],
  ])('%s', async (_, said, code) => {
    const path = await rawServer(said);
    expect((await failureOf(() => connectWith({ DOCKER_HOST: `unix://${path}` }))).code).toBe(code);
  });

  it.skipIf(process.getuid?.() !== 0)('may not be used by this user', async () => {
    const path = await rawServer('');
    chmodSync(path, 0o600);
    process.seteuid?.(65534);
    onTestFinished(() => process.seteuid?.(0));
    const failure = await failureOf(() => connectWith({ DOCKER_HOST: `unix://${path}` }));
    process.seteuid?.(0);
    expect([failure.code, failure.hint?.includes('docker')]).toEqual(['engine-forbidden', true]);
  });

  it('is too old', async () => {
    const old = await fakeEngine(() => undefined, { version: { Version: '19.03.15', ApiVersion: '1.40' } });
    const failure = await failureOf(() => dockerFor(old.context));
    expect([failure.code, failure.args.version]).toEqual(['engine-too-old', '19.03.15']);
  });

  it('hangs before, or in the middle of, an answer; it is asked anew the next time', async () => {
    const engine = await fakeEngine((request, response) => {
      if (request.url?.includes('half')) response.write('{"half":');
    });
    const docker = await dockerFor(engine.context);
    for (const call of [get('/info', { timeoutMs: 50 }), get('/half', { timeoutMs: 50 })]) {
      const failure = await failureOf(() => docker.request(call));
      expect([failure.code, failure.retryable]).toEqual(['engine-silent', true]);
    }
    expect((await failureOf(() => docker.stream(get('/info', { timeoutMs: 50 })))).code).toBe(
      'engine-silent',
    );
    expect((await failureOf(() => docker.attach(get('/info', { timeoutMs: 50 })))).code).toBe(
      'engine-silent',
    );
  });

  it('is not called silent while it takes what is sent', async () => {
    const engine = await fakeEngine(async (request, response) => {
      await request.toArray();
      response.end('{}');
    });
    const docker = await dockerFor(engine.context);
    const upload = new PassThrough();
    const sent = docker.request(get('/build', { method: 'POST', upload, timeoutMs: 200 }));
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      upload.write('more');
    }
    upload.end();
    expect(await sent).toEqual({});
  });

  it('dies in the middle of an answer, of a stream, of a connection', async () => {
    const engine = await fakeEngine((request, response) => {
      response.write('{"half":');
      setTimeout(() => request.socket.destroy(), 20);
    });
    const docker = await dockerFor(engine.context);
    const failure = await failureOf(() => docker.request(get()));
    expect([failure.code, failure.retryable]).toEqual(['engine-gone', true]);
    const stream = await docker.stream(get('/events'));
    expect((await failureOf(() => stream.toArray())).code).toBe('engine-gone');
  });

  it('lets go of what was to be sent when it dies', async () => {
    const engine = await fakeEngine((request) => void request.once('data', () => request.socket.destroy()));
    const docker = await dockerFor(engine.context);
    const upload = new PassThrough();
    upload.write('begin');
    const failure = await failureOf(() => docker.request(get('/build', { method: 'POST', upload })));
    expect([failure.code, upload.destroyed]).toEqual(['engine-gone', true]);
  });

  it('gives up a call whose input fails, with that error', async () => {
    const engine = await fakeEngine(() => undefined);
    const docker = await dockerFor(engine.context);
    const upload = new PassThrough();
    const sent = docker.request(get('/build', { method: 'POST', upload }));
    upload.write('begin');
    upload.destroy(new Error('the disk broke'));
    await expect(sent).rejects.toThrow('the disk broke');
  });

  it('is not waited for when we are interrupted', async () => {
    const engine = await fakeEngine(() => undefined);
    const docker = await dockerFor(engine.context);
    const stop = new AbortController();
    const calls = [docker.request, docker.stream, docker.attach].map((ask) =>
      failureOf(() => ask(get('/info', { signal: stop.signal }))),
    );
    stop.abort();
    expect((await Promise.all(calls)).map((failure) => failure.code)).toEqual(Array(3).fill('interrupted'));
  });
});

describe('an engine that refuses', () => {
  const refusing = async (status: number, body: string): Promise<Docker> =>
    dockerFor((await fakeEngine((_, response) => response.writeHead(status).end(body))).context);
  const json = (message: string) => JSON.stringify({ message });

  it.each([
    [404, json('No such container: x'), 'engine-refused', 'No such container: x', false],
    [409, json('You have to stop it\nfirst'), 'engine-refused', 'You have to stop it first', false],
    [
      502,
      '<html><head></head><body><h1>Bad  Gateway</h1>\n</body></html>',
      'engine-refused',
      'Bad Gateway',
      true,
    ],
    [500, '', 'engine-refused', 'it did not say why', true],
    [400, '\u001b[31mred', 'engine-refused', '[31mred', false],
    [500, json('write /var/x: no space left on device'), 'disk-full', undefined, false],
    [403, json('Pool overlaps with other one on this address space'), 'no-subnet', undefined, true],
    [
      404,
      json('could not find an available, non-overlapping IPv4 address pool among'),
      'no-subnet',
      undefined,
      true,
    ],
    [
      500,
      json('driver failed: Bind for 127.77.1.1:80 failed: port is already allocated'),
      'port-taken',
      undefined,
      true,
    ],
    [500, json('listen tcp4 127.77.1.1:80: bind: address already in use'), 'port-taken', undefined, true],
  ])('%i %s', async (status, body, code, said, retryable) => {
    const docker = await refusing(status, body);
    for (const ask of [docker.request, docker.stream, docker.attach]) {
      const failure = await failureOf(() => ask(get()));
      expect([failure.code, failure.retryable, statusOf(failure)]).toEqual([code, retryable, status]);
      if (said !== undefined) expect(failure.args.said).toBe(said);
    }
    expect(statusOf(new Error('x'))).toBeUndefined();
  });
});
