import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { testContext } from '../../support/context.ts';
import { hastyClock, testHttp } from '../../support/http.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../support/fixtures/tls/${name}.pem`, import.meta.url));

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** An https server whose certificate only those trust who are told to. */
function secureServer(): Promise<number> {
  const key = readFileSync(fixture('key'));
  const cert = readFileSync(fixture('certificate'));
  return listen(
    createSecureServer({ key, cert }, (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ path: request.url, token: request.headers.authorization }));
    }) as unknown as Server,
  );
}

function httpWith(environment: Record<string, string>) {
  return testHttp(testContext({ environment, clock: hastyClock() }), { credentialFor: async () => 'S3CRET' });
}

test('the certificates that SSL_CERT_FILE names are trusted, beside the usual ones', async () => {
  const url = `https://127.0.0.1:${await secureServer()}/x`;
  const answer = await httpWith({ SSL_CERT_FILE: fixture('certificate') }).request({ url });
  expect(answer.json).toEqual({ path: '/x', token: 'Bearer S3CRET' });
});

test.each([{}, { SSL_CERT_FILE: '/nowhere/at/all' }])('others are not (%j)', async (environment) => {
  const url = `https://127.0.0.1:${await secureServer()}/`;
  await expect(httpWith(environment).request({ url })).rejects.toMatchObject({
    code: 'connection-failed',
    args: { why: 'its certificate is signed by nobody that this computer trusts' },
  });
});

test('a proxy carries https without seeing into it', async () => {
  const port = await secureServer();
  const seen: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    seen.push(String(request.url), ...request.rawHeaders);
    // archive.example is what nobody can look up: only the proxy knows where it is.
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  const proxyPort = await listen(proxy);
  const http = httpWith({
    https_proxy: `http://127.0.0.1:${proxyPort}`,
    SSL_CERT_FILE: fixture('certificate'),
  });
  const answer = await http.request({ url: 'https://archive.example/x' });
  expect(answer.json).toEqual({ path: '/x', token: 'Bearer S3CRET' });
  await expect(http.request({ url: 'https://other.example/x' })).rejects.toMatchObject({
    code: 'connection-failed',
  });
  expect(seen[0]).toBe('archive.example:443');
  expect(seen.join()).not.toContain('S3CRET');
});
