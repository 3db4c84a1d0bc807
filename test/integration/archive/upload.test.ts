import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { ask, serveInProcess } from '../../support/archive.ts';
import { testContext } from '../../support/context.ts';

const mebibyte = 1024 * 1024;
const size = 400 * mebibyte;

/** Bytes that are not all alike, made as they are read. */
function bytes(): Readable {
  const block = Buffer.alloc(mebibyte);
  let sent = 0;
  return new Readable({
    read() {
      if (sent === size) return void this.push(null);
      block.writeUInt32LE(sent, 0);
      sent += mebibyte;
      this.push(Buffer.from(block));
    },
  });
}

test('an upload goes to disk and a download comes from it, without being held in memory', async () => {
  const served = await serveInProcess(join(testContext().folder, 'archive'));
  if (!served) throw new Error('it did not start');
  const { origin, token, child } = served;
  const draft = await ask(origin, 'POST', '/api/records', { token, json: {} });
  const files = `/api/records/${draft.body.id}/draft/files`;
  await ask(origin, 'POST', files, { token, json: [{ key: 'big.bin' }] });

  const hash = createHash('md5');
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/octet-stream',
    'content-length': size,
  };
  const sending = request(`${origin}${files}/big.bin/content`, { method: 'PUT', headers });
  const answered = new Promise<number | undefined>((done, fail) => {
    sending.on('response', (answer) => done(answer.resume().statusCode)).on('error', fail);
  });
  await pipeline(bytes(), meter, sending);
  expect(await answered).toBe(200);
  const committed = await ask(origin, 'POST', `${files}/big.bin/commit`, { token });
  expect(committed.body).toMatchObject({ size, checksum: `md5:${hash.digest('hex')}` });

  const download = await fetch(committed.body.links.content, {
    headers: { authorization: `Bearer ${token}` },
  });
  let received = 0;
  for await (const chunk of download.body ?? []) received += chunk.length;
  expect(received).toBe(size);
  const peak =
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024;
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(200 * mebibyte);
});
