import { expect, test } from 'vitest';
import { publishRecord, startArchive, type TestArchive } from '../../support/archive.ts';

const text = 'abcdefghij';

async function published(): Promise<{ archive: TestArchive; path: string }> {
  const archive = await startArchive();
  const { id } = await publishRecord(archive, {}, { 'a/b é.txt': text });
  return { archive, path: `/api/records/${id}/files/${encodeURIComponent('a/b é.txt')}/content` };
}

test('a range is answered with its bytes, so that a broken download goes on', async () => {
  const { archive, path } = await published();
  const get = (range: string, more: Record<string, string> = {}) =>
    archive.ask('GET', path, { token: undefined, headers: { range, ...more } });
  const cases: [string, number, string, string | null][] = [
    ['bytes=0-3', 206, 'abcd', 'bytes 0-3/10'],
    ['bytes=4-', 206, 'efghij', 'bytes 4-9/10'],
    ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=-99', 206, text, 'bytes 0-9/10'],
    ['bytes=8-99', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=0-1,4-5', 200, text, null],
    ['lines=0-1', 200, text, null],
  ];
  for (const [range, status, body, contentRange] of cases) {
    const answer = await get(range);
    expect([range, answer.status, answer.text, answer.headers.get('content-range')]).toEqual([
      range,
      status,
      body,
      contentRange,
    ]);
  }
  for (const range of ['bytes=10-', 'bytes=5-4', 'bytes=-0']) {
    const answer = await get(range);
    expect([range, answer.status, answer.headers.get('content-range')]).toEqual([range, 416, 'bytes */10']);
  }
});

test('a range of what has changed since is the whole file, and what has not changed is not sent again', async () => {
  const { archive, path } = await published();
  const whole = await archive.ask('GET', path);
  const etag = whole.headers.get('etag') ?? '';
  const range = 'bytes=5-';
  expect((await archive.ask('GET', path, { headers: { range, 'if-range': etag } })).text).toBe('fghij');
  expect((await archive.ask('GET', path, { headers: { range, 'if-range': '"other"' } })).text).toBe(text);
  expect((await archive.ask('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect(whole.headers.get('content-length')).toBe('10');
  expect(whole.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''b%20%C3%A9.txt");
});

test('HEAD says what GET would, without the bytes', async () => {
  const { archive, path } = await published();
  const head = await archive.ask('HEAD', path);
  expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '10']);
  expect(head.headers.get('etag')).toBe((await archive.ask('GET', path)).headers.get('etag'));
  const record = path.split('/files/')[0] ?? '';
  expect((await archive.ask('HEAD', record)).status).toBe(200);
  expect((await archive.ask('HEAD', '/api/records/aaaaa-aaaaa')).status).toBe(404);
});
