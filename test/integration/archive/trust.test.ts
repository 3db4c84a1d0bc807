import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveArchive } from '../../../repo2vc/src/archive/serve.ts';
import { openLocalArchive } from '../../../repo2vc/src/pipeline/serve-archive.ts';
import { credentialFor } from '../../../repo2vc/src/settings/credentials.ts';
import { ask, publishRecord, startArchive } from '../../support/archive.ts';
import { testContext } from '../../support/context.ts';

/** fetch does not let a caller choose Host. */
function statusWith(
  port: number,
  method: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port, path: '/api/records', method, headers };
    httpRequest(options, (answer) => {
      answer.resume();
      done(answer.statusCode);
    })
      .on('error', fail)
      .end();
  });
}

test('a foreign Host is refused, whatever is asked', async () => {
  const archive = await startArchive();
  const { port } = archive;
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    `localhost.evil:${port}`,
  ]) {
    expect([host, await statusWith(port, 'GET', { host })]).toEqual([host, 403]);
  }
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST', `[::1]:${port}`]) {
    expect([host, await statusWith(port, 'GET', { host })]).toEqual([host, 200]);
  }
});

test('a foreign Origin changes nothing, with or without the token, and reads nothing from a browser', async () => {
  const archive = await startArchive();
  const create = (origin: string) => archive.ask('POST', '/api/records', { json: {}, headers: { origin } });
  for (const origin of ['https://evil.example', 'null', `https://127.0.0.1:${archive.port}`]) {
    expect((await create(origin)).status).toBe(403);
  }
  expect((await create(archive.origin)).status).toBe(201);
  const preflight = await archive.ask('OPTIONS', '/api/records', {
    headers: { origin: 'https://evil.example' },
  });
  const read = await archive.ask('GET', '/api/records', { headers: { origin: 'https://evil.example' } });
  for (const { headers } of [preflight, read]) {
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('files are downloads and pages load nothing but their own style', async () => {
  const archive = await startArchive();
  const { id } = await publishRecord(archive, {}, { 'page.html': '<script>alert(1)</script>' });
  const file = await archive.ask('GET', `/api/records/${id}/files/page.html/content`);
  expect(file.headers.get('content-disposition')).toMatch(/^attachment/);
  expect(file.headers.get('content-security-policy')).toContain('sandbox');
  expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  const page = await archive.ask('GET', `/records/${id}`);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(policy).not.toContain('unsafe');
});

test('no token lies in the folder, and its files are the owner’s', async () => {
  const archive = await startArchive();
  await publishRecord(archive);
  const names = readdirSync(archive.directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect(readFileSync(file, 'utf8')).not.toContain(archive.token);
  expect(statSync(archive.directory).mode & 0o077).toBe(0);
});

test('what cannot be started leaves its port free', async () => {
  const context = testContext();
  const directory = `${context.folder}/archive`;
  const { close, port } = await serveArchive({ directory, context });
  await close();
  const record = `${directory}/records/aaaaa-aaaaa.json`;
  execFileSync('mkfifo', [record]);
  const refused = expect(serveArchive({ directory, context })).rejects.toThrow();
  const pipe = await open(record, 'w'); // opens when it is read, after the archive's identity was
  rmSync(`${directory}/archive.json`);
  mkdirSync(`${directory}/archive.json/full`, { recursive: true });
  const content = { schemaVersion: 1, id: 'aaaaa-aaaaa', parentId: 'bbbbb-bbbbb', index: 1, owner: 'me' };
  await pipe.writeFile(JSON.stringify(content));
  await pipe.close();
  await refused;
  const other = await serveArchive({ directory: `${context.folder}/other`, context, port });
  expect(other.origin).toBe(`http://127.0.0.1:${port}`);
  await other.close();
});

test('one process serves a folder, and a folder with other things in it is no archive', async () => {
  const archive = await startArchive();
  const { context, directory } = archive;
  await expect(serveArchive({ directory, context })).rejects.toMatchObject({ code: 'archive-in-use' });
  const other = `${context.folder}/other`;
  mkdirSync(other);
  writeFileSync(`${other}/thesis.tex`, '');
  await expect(serveArchive({ directory: other, context })).rejects.toMatchObject({ code: 'not-an-archive' });
  expect(readdirSync(other)).toEqual(['thesis.tex']);
});

test('a port that was named must be free; the remembered one is taken again, or another when it is not', async () => {
  const first = await startArchive();
  const { context } = first;
  const directory = `${context.folder}/second`;
  const named = serveArchive({ directory, context, port: first.port });
  await expect(named).rejects.toMatchObject({ code: 'port-in-use' });
  const second = await serveArchive({ directory, context });
  await second.close();
  const again = await serveArchive({ directory, context });
  expect(again.port).toBe(second.port);
  expect(again.archiveId).toBe(second.archiveId);
  await again.close();
});

test('this person’s commands have a good token for it under every address it is served at', async () => {
  const context = testContext();
  const directory = `${context.folder}/archive`;
  const first = await openLocalArchive({ directory, context });
  await first.close();
  const blocker = await serveArchive({ directory: `${context.folder}/blocker`, context, port: first.port });
  const moved = await openLocalArchive({ directory, context });
  expect(moved.origin).not.toBe(first.origin);
  const token = await credentialFor(context.places, moved.origin);
  expect((await ask(moved.origin, 'GET', '/api/user/records', { token: token ?? '' })).status).toBe(200);
  await moved.close();
  await blocker.close();
});
