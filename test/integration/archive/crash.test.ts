import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createToken } from '../../../repo2vc/src/archive/folder.ts';
import { serveArchive } from '../../../repo2vc/src/archive/serve.ts';
import { type Answer, ask, metadata, serveInProcess } from '../../support/archive.ts';
import { testContext } from '../../support/context.ts';

const text = 'the bytes of the file';
const md5 = createHash('md5').update(text).digest('hex');

/** What a client knows when the server dies: what it had asked for, and what had been answered. */
interface Known {
  id?: string;
  committed?: boolean;
  publishing?: boolean;
  published?: boolean;
}

/** Publishes a record, to the end or until the server is gone. */
async function publish(origin: string, token: string): Promise<Known> {
  const known: Known = {};
  const call = (method: string, path: string, options = {}): Promise<Answer> =>
    ask(origin, method, path, { token, ...options });
  try {
    known.id = (await call('POST', '/api/records', { json: { metadata: metadata() } })).body.id;
    const draft = `/api/records/${known.id}/draft`;
    await call('POST', `${draft}/pids/doi`);
    await call('POST', `${draft}/files`, { json: [{ key: 'a.txt' }] });
    await call('PUT', `${draft}/files/a.txt/content`, { body: text });
    known.committed = (await call('POST', `${draft}/files/a.txt/commit`)).status === 200;
    known.publishing = true;
    known.published = (await call('POST', `${draft}/actions/publish`)).status === 202;
  } catch {
    // the server is gone
  }
  return known;
}

/** Serves the folder again and looks whether everything in it is whole. */
async function examine(directory: string, known: Known): Promise<void> {
  const context = testContext();
  const archive = await serveArchive({ directory, context });
  const token = await createToken(directory, context);
  const get = (path: string, as: string | undefined) => ask(archive.origin, 'GET', path, { token: as });
  const list = await get('/api/records?size=25', undefined);
  const ids: string[] = list.body.hits.hits.map((hit: { id: string }) => hit.id);
  if (known.published) expect(ids).toEqual([known.id]);
  if (!known.publishing) expect(ids).toEqual([]);
  for (const id of ids) {
    const files = await get(`/api/records/${id}/files`, undefined);
    expect(files.body.entries).toMatchObject([{ key: 'a.txt', status: 'completed', checksum: `md5:${md5}` }]);
    expect((await get(`/api/records/${id}/files/a.txt/content`, undefined)).text).toBe(text);
    expect((await get(`/doi.org/api/handles/${archive.doiPrefix}.${id}`, undefined)).status).toBe(200);
  }
  if (known.id && known.committed && ids.length === 0) {
    const draft = await get(`/api/records/${known.id}/draft/files/a.txt/content`, token);
    expect([draft.status, draft.text]).toEqual([200, text]);
  }
  const records = readdirSync(join(directory, 'records'));
  expect(records.filter((name) => !/^[0-9a-z]{5}-[0-9a-z]{5}\.json$/.test(name))).toEqual([]);
  expect(readdirSync(join(directory, 'files')).length).toBeLessThanOrEqual(records.length);
  await archive.close();
}

/** The lock of a process that is about to die still counts. */
async function ended(child: ChildProcess): Promise<void> {
  const over = child.exitCode !== null || child.signalCode !== null;
  const exit = over ? undefined : once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

test('killed before any change of the file system, it holds whole records and no half-published one', async () => {
  let crashAt = 0;
  for (let finished = false; !finished; crashAt++) {
    const directory = join(testContext().folder, 'archive');
    const served = await serveInProcess(directory, crashAt);
    const known = served ? await publish(served.origin, served.token) : {};
    finished = known.published === true;
    if (served) await ended(served.child);
    await examine(directory, known);
  }
  expect(crashAt).toBeGreaterThan(15);
});
