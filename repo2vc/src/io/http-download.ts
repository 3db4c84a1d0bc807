import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../context.ts';
import type { Emit } from '../events.ts';
import { isFailure } from '../failure.ts';
import { Checksums, checksumsOfFile, statedChecksum } from './checksums.ts';
import { translateDiskErrors } from './files.ts';
import { checkSize, cut, type Download, mismatch } from './http-download-failures.ts';
import { retrying } from './http-retry.ts';
import type { Call, Opened } from './http-send.ts';

interface DownloadTools {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly open: (call: Call) => Promise<Opened>;
}

/** What has come so far. `sums` are those of exactly the `received` bytes that the file holds. */
interface Part {
  readonly file: FileHandle;
  received: number;
  sums: Checksums;
  /** Whether bytes of another connection are in it, which may belong to an older state of the file. */
  pieced: boolean;
}

/** Fetches a file to `download.path`, going on where a broken connection or an earlier call stopped. */
export async function downloadFile(
  download: Download,
  tools: DownloadTools,
): Promise<{ size: number; sha256: string }> {
  const path = `${download.path}.part`;
  return translateDiskErrors(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      const result = await fillPart(path, download, tools);
      await rename(path, download.path);
      return result;
    } catch (error) {
      // What can be gone on with stays; what cannot be is not left behind.
      if (!(isFailure(error) && (error.retryable || error.code === 'interrupted')))
        await rm(path, { force: true });
      throw error;
    }
  });
}

async function fillPart(path: string, download: Download, tools: DownloadTools) {
  const part = await openPart(path, download);
  try {
    tools.emit({ code: 'download-started', args: { file: download.name, bytes: download.size ?? 0 } });
    for (;;) {
      await retrying(
        { ...tools, idempotent: true },
        () => receive(part, download, tools),
        () => part.received,
      );
      const { sha256, right, found } = part.sums.digest();
      if (right) return { size: part.received, sha256 };
      if (!part.pieced) throw mismatch(download, found);
      await startOver(part, download);
    }
  } finally {
    await part.file.close();
  }
}

async function openPart(path: string, download: Download): Promise<Part> {
  const file = await open(path, 'a+', 0o644);
  const { size } = await file.stat();
  const part: Part = { file, received: size, sums: freshSums(download), pieced: size > 0 };
  if (size > (download.size ?? download.maxBytes)) await startOver(part, download);
  else if (size > 0) part.sums = await checksumsOfFile(path, statedChecksum(download.checksum));
  return part;
}

function freshSums(download: Download): Checksums {
  return new Checksums(statedChecksum(download.checksum));
}

async function startOver(part: Part, download: Download): Promise<void> {
  await part.file.truncate(0);
  part.received = 0;
  part.sums = freshSums(download);
  part.pieced = false;
}

/** Receives what is missing over one connection. */
async function receive(part: Part, download: Download, tools: DownloadTools): Promise<void> {
  if (part.received > 0 && part.received === download.size) return;
  const from = part.received;
  const answer = await tools.open({
    method: 'GET',
    url: download.url,
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      ...(from > 0 && { range: `bytes=${from}-` }),
    },
    expect: [416],
    typed: download.typed ?? false,
    raw: true,
    signal: tools.signal,
  });
  try {
    await takeIn(answer, from, part, download, tools);
  } finally {
    answer.discard();
  }
}

async function takeIn(
  answer: Opened,
  from: number,
  part: Part,
  download: Download,
  tools: DownloadTools,
): Promise<void> {
  if (from > 0 && !continuesAt(answer, from)) await startOver(part, download);
  if (part.received > 0) {
    part.pieced = true;
    tools.emit({ code: 'download-resumed', args: { file: download.name, from } });
  }
  if (answer.status === 416) {
    await answer.text(64 * 1024);
    throw cut(download, 'the server does not give the rest of it');
  }
  checkSize(download, part.received + Number(answer.headers['content-length'] ?? Number.NaN), true);
  await write(answer, part, download, tools);
  if (part.received < (download.size ?? 0)) throw cut(download, 'it ended too early');
}

/** Whether a server gives the rest that was asked for. Many ignore Range and give everything (RFC 9110, 14.2). */
function continuesAt(answer: Opened, from: number): boolean {
  return answer.status === 206 && (answer.headers['content-range'] ?? '').startsWith(`bytes ${from}-`);
}

async function write(answer: Opened, part: Part, download: Download, tools: DownloadTools): Promise<void> {
  let told = tools.clock.now().getTime();
  for await (const chunk of answer.chunks()) {
    checkSize(download, part.received + chunk.length, false);
    const written = part.file.writeFile(chunk);
    part.sums.update(chunk);
    await written;
    part.received += chunk.length;
    const now = tools.clock.now().getTime();
    if (now - told < 250) continue;
    told = now;
    tools.emit({
      code: 'download-progress',
      args: { file: download.name, received: part.received, bytes: download.size ?? 0 },
    });
  }
}
