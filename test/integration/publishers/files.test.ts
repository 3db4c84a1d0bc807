import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Upload } from '../../../repo2vc/src/publishers/types.ts';
import { failureOf } from '../../support/failures.ts';
import { answerOf, plain, type Reply, record, recordedArchive } from '../../support/recorded-publishing.ts';

describe('uploading', () => {
  const files = 'POST /api/records/12345/draft/files';
  const content = 'PUT /api/records/12345/draft/files/a%20b.csv/content';
  const commit = 'POST /api/records/12345/draft/files/a%20b.csv/commit';
  const list = 'GET /api/records/12345/draft/files';
  const remove = 'DELETE /api/records/12345/draft/files/a%20b.csv';
  const bytes = 'x,y\n1,2\n';
  const md5 = createHash('md5').update(bytes).digest('hex');
  const entry = (origin: string, changes: object): object =>
    answerOf('files-entry', origin, { key: 'a b.csv', ...changes });
  const listed =
    (changes?: object): Reply =>
    (origin) => [
      200,
      { enabled: true, default_preview: null, order: [], entries: changes ? [entry(origin, changes)] : [] },
    ];
  const one =
    (changes: object): Reply =>
    (origin) => [200, entry(origin, changes)];

  function fileIn(folder: string): Upload {
    const path = join(folder, 'a b.csv');
    writeFileSync(path, bytes);
    return { key: 'a b.csv', path, size: bytes.length, md5 };
  }

  it('announces, sends and commits, and compares the checksum', async () => {
    const { tools, publisher, routes, bodies, folder } = await recordedArchive({
      [list]: [listed()],
      [files]: [plain(201, { entries: [] })],
      [content]: [one({ status: 'pending', checksum: null })],
      [commit]: [one({ checksum: `md5:${md5}` })],
    });
    await publisher.upload(record(), [fileIn(folder)], tools);
    expect(routes()).toEqual([list, files, content, commit]);
    expect(bodies[2]?.toString()).toBe(bytes);
  });

  it('begins again after a 200 that says that the transfer failed', async () => {
    const { tools, publisher, routes, folder } = await recordedArchive({
      [list]: [listed()],
      [files]: [plain(201, { entries: [] })],
      [content]: [
        plain(200, { key: 'a b.csv', errors: 'File upload transfer failed.' }),
        one({ status: 'pending' }),
      ],
      [commit]: [one({ checksum: `md5:${md5}` })],
      [remove]: [plain(404, { status: 404, message: 'Record has no file a b.csv.' })],
    });
    await publisher.upload(record(), [fileIn(folder)], tools);
    expect(routes()).toEqual([list, files, content, remove, files, content, commit]);
  });

  it('gives up when it fails again and again', async () => {
    const { tools, publisher, folder } = await recordedArchive({
      [list]: [listed()],
      [files]: [plain(201, { entries: [] })],
      [content]: [plain(200, { errors: 'File upload transfer failed.' })],
      [remove]: [plain(204)],
    });
    const failure = await failureOf(() => publisher.upload(record(), [fileIn(folder)], tools));
    expect(failure).toMatchObject({ code: 'upload-failed', retryable: true });
  });

  it('refuses a checksum that is not ours', async () => {
    const { tools, publisher, folder } = await recordedArchive({
      [list]: [listed()],
      [files]: [plain(201, { entries: [] })],
      [content]: [one({ status: 'pending' })],
      [commit]: [one({ checksum: `md5:${'0'.repeat(32)}` })],
      [remove]: [plain(204)],
    });
    const failure = await failureOf(() => publisher.upload(record(), [fileIn(folder)], tools));
    expect(failure).toMatchObject({ code: 'checksum-mismatch', args: { file: 'a b.csv', expected: md5 } });
  });

  it('tells what the archive has against a file', async () => {
    const { tools, publisher, folder } = await recordedArchive({
      [list]: [listed()],
      [files]: [plain(201, { entries: [] })],
      [content]: [one({ status: 'pending' })],
      [commit]: [plain(400, { status: 400, message: 'Empty files are not accepted.' })],
    });
    const failure = await failureOf(() => publisher.upload(record(), [fileIn(folder)], tools));
    expect(failure.args.problems).toEqual(['a b.csv: Empty files are not accepted']);
  });

  it('leaves alone what is there already', async () => {
    const { tools, publisher, routes, folder } = await recordedArchive({
      [list]: [listed({ checksum: `md5:${md5}` })],
    });
    await publisher.upload(record(), [fileIn(folder)], tools);
    expect(routes()).toEqual([list]);
  });

  it.each([
    ['other bytes', { checksum: `md5:${'0'.repeat(32)}` }],
    ['an upload that was never finished', { status: 'pending', checksum: null }],
  ])('replaces %s', async (_, there) => {
    const { tools, publisher, routes, folder } = await recordedArchive({
      [list]: [listed(there)],
      [remove]: [plain(204)],
      [files]: [plain(201, { entries: [] })],
      [content]: [one({ status: 'pending' })],
      [commit]: [one({ checksum: `md5:${md5}` })],
    });
    await publisher.upload(record(), [fileIn(folder)], tools);
    expect(routes()).toEqual([list, remove, files, content, commit]);
  });

  it('removes what should not be there', async () => {
    const { tools, publisher, routes } = await recordedArchive({
      [list]: [listed({})],
      [remove]: [plain(204)],
    });
    await publisher.upload(record(), [], tools);
    expect(routes()).toEqual([list, remove]);
  });
});
