import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Failure, isFailure } from '../../failure.ts';
import type { DepositRecord } from '../../model/index.ts';
import { listAt, textAt } from '../../model/loose.ts';
import type { PublishTools, Upload } from '../types.ts';
import { call, objectionsIn, refused } from './call.ts';

const attempts = 4;

/**
 * Makes a draft hold exactly `files`: what is there already with the right checksum stays, anything else goes. The
 * archive never compares an upload with what was sent, so its answer to `commit` is compared here.
 */
export async function uploadFiles(
  record: DepositRecord,
  files: readonly Upload[],
  tools: PublishTools,
): Promise<void> {
  const present = await filesOf(record, 'draft', tools);
  const wanted = new Map(files.map((file) => [file.key, file]));
  for (const [key, md5] of present)
    if (!wanted.has(key) || wanted.get(key)?.md5 !== md5) await remove(record, key, tools);
  for (const file of files) {
    if (present.get(file.key) === file.md5) continue;
    await uploadOne(record, file, tools);
    tools.emit({ code: 'file-uploaded', args: { role: record.role, file: file.key, bytes: file.size } });
  }
}

/** The files of a draft or a public record with their MD5; undefined for one whose upload was never finished. */
export async function filesOf(
  record: DepositRecord,
  of: 'draft' | 'record',
  tools: PublishTools,
): Promise<Map<string, string | undefined>> {
  const path = `/api/records/${record.recordId}${of === 'draft' ? '/draft' : ''}/files`;
  const answer = await call({ path, about: record.title }, tools);
  const entries = listAt(answer.json, 'entries');
  return new Map(entries.map((entry) => [textAt(entry, 'key') ?? '', md5In(entry)]));
}

function md5In(entry: unknown): string | undefined {
  if (textAt(entry, 'status') === 'pending') return undefined;
  return textAt(entry, 'checksum')?.replace(/^md5:/, '').toLowerCase();
}

async function uploadOne(record: DepositRecord, file: Upload, tools: PublishTools): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryUpload(record, file, tools);
    } catch (error) {
      if (attempt === attempts || !isFailure(error) || !error.retryable) throw error;
      await tools.clock.sleep(500 * 2 ** attempt, tools.signal);
      // Whatever was half done is taken away; a broken stream has removed the entry by itself.
      await remove(record, file.key, tools);
    }
  }
}

async function tryUpload(record: DepositRecord, file: Upload, tools: PublishTools): Promise<void> {
  const { recordId, title } = record;
  const files = `/api/records/${recordId}/draft/files`;
  const one = `${files}/${encodeURIComponent(file.key)}`;
  await call({ method: 'POST', path: files, json: [{ key: file.key }], about: title }, tools);
  const body = { size: file.size, open: () => readWithProgress(file, tools) };
  const sent = await call(
    { method: 'PUT', path: `${one}/content`, body, about: title, handles: [404] },
    tools,
  );
  const problems = objectionsIn(sent);
  if (problems.length > 0) throw uploadFailed(file, problems.join('; '));
  const committed = await call(
    { method: 'POST', path: `${one}/commit`, about: title, handles: [400, 404] },
    tools,
  );
  if (committed.status === 400)
    throw refused(
      title,
      objectionsIn(committed).map((text) => `${file.key}: ${text}`),
      tools,
    );
  const md5 = md5In(committed.json);
  if (committed.status === 404 || md5 === undefined)
    throw uploadFailed(file, 'it was gone when it was to be finished');
  if (md5 !== file.md5) throw checksumMismatch(file, md5, tools);
}

async function* chunksOf(file: Upload, tools: PublishTools): AsyncGenerator<Buffer> {
  let sent = 0;
  let told = tools.clock.now().getTime();
  for await (const chunk of createReadStream(file.path, { highWaterMark: 256 * 1024 })) {
    yield chunk as Buffer;
    sent += (chunk as Buffer).length;
    const now = tools.clock.now().getTime();
    if (now - told < 500) continue;
    told = now;
    tools.emit({ code: 'upload-progress', args: { file: file.key, sent, bytes: file.size } });
  }
}

function readWithProgress(file: Upload, tools: PublishTools): Readable {
  return Readable.from(chunksOf(file, tools), { objectMode: false });
}

async function remove(record: DepositRecord, key: string, tools: PublishTools): Promise<void> {
  const path = `/api/records/${record.recordId}/draft/files/${encodeURIComponent(key)}`;
  await call({ method: 'DELETE', path, about: record.title, handles: [404], idempotent: true }, tools);
}

function uploadFailed(file: Upload, why: string): Failure {
  return new Failure('upload-failed', `The upload of ${file.key} failed: ${why}.`, {
    hint: 'Run the same command again: it goes on where it stopped.',
    retryable: true,
    args: { file: file.key, why },
  });
}

function checksumMismatch(file: Upload, found: string, tools: PublishTools): Failure {
  return new Failure(
    'checksum-mismatch',
    `${tools.archive.origin} received ${file.key} with other bytes: MD5 ${found}, sent ${file.md5}.`,
    {
      hint: 'Run the same command again. When it happens again, tell the archive’s operators.',
      retryable: true,
      args: { file: file.key, expected: file.md5, found },
    },
  );
}
