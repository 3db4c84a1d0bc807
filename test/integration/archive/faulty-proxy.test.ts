import { expect, test } from 'vitest';
import { ask, makeDraft, startArchive } from '../../support/archive.ts';
import { faultyProxy } from '../../support/faulty-proxy.ts';

// What other tests rely on when they let a server fail.

test('what it is told to let fail fails, and everything else passes through it, links too', async () => {
  const archive = await startArchive();
  const { token } = archive;
  const { id } = await makeDraft(archive, {}, { 'a.txt': 'abcdefghij' });
  const proxy = await faultyProxy(archive.origin);
  const draft = `/api/records/${id}/draft`;
  proxy.fail({ method: 'GET', path: /draft$/, mishap: { status: 429, retryAfter: 1 } });
  const limited = await ask(proxy.origin, 'GET', draft, { token });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
  const read = await ask(proxy.origin, 'GET', draft, { token });
  expect(read.body.links.self).toBe(`${proxy.origin}${draft}`);
  expect(proxy.requests).toEqual(
    Array(2).fill({ method: 'GET', path: draft, authorization: `Bearer ${token}` }),
  );

  const content = `${draft}/files/a.txt/content`;
  proxy.fail({ method: 'GET', path: /content$/, mishap: { cutAnswerAfter: 4 } });
  await expect(ask(proxy.origin, 'GET', content, { token })).rejects.toThrow();
  proxy.fail({ method: 'POST', path: /commit$/, mishap: { wrongChecksum: true } });
  const commit = await ask(proxy.origin, 'POST', `${draft}/files/a.txt/commit`, { token });
  expect(commit.body.checksum).toBe(`md5:${'0'.repeat(32)}`);

  proxy.fail({ method: 'PUT', path: /content$/, mishap: { cutRequestAfter: 4 } });
  await ask(proxy.origin, 'POST', `${draft}/files`, { token, json: [{ key: 'b.txt' }] });
  const sent = ask(proxy.origin, 'PUT', `${draft}/files/b.txt/content`, { token, body: 'x'.repeat(100_000) });
  await expect(sent).rejects.toThrow();
  proxy.fail({ method: 'POST', path: /publish$/, mishap: { dropAnswer: true } });
  await expect.poll(async () => (await archive.ask('GET', `${draft}/files`)).body.entries.length).toBe(1);
  await expect(ask(proxy.origin, 'POST', `${draft}/actions/publish`, { token })).rejects.toThrow();
  expect((await archive.ask('GET', `/api/records/${id}`)).status).toBe(200);
});
