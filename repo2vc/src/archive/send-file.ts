import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveFile } from '../model/index.ts';
import { mediaTypeOf } from './answers/media-types.ts';
import type { Archive } from './archive.ts';
import { Refusal } from './refusal.ts';

/** Bytes `start` to `end`, both included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a Range header (RFC 9110, 14.2) for a file of `size` bytes: one range of bytes, or undefined for the whole
 * file, which is also the answer to several ranges and to a unit that is not bytes. Refuses what lies outside: 416.
 */
function rangeOf(header: string | undefined, size: number): Range | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (first !== '' && last !== '' && Number(last) < start)) {
    throw new Refusal(416, 'Requested range not satisfiable', {}, { 'content-range': `bytes */${size}` });
  }
  return { start, end };
}

/** Answers a file's bytes, all or the range asked for; always as a download, never as a page of this origin. */
export function sendFile(
  archive: Archive,
  file: ArchiveFile,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { fileId = '', size = 0, md5 = '', key } = file;
  const etag = `"md5:${md5}"`;
  reply.headers({
    etag,
    'content-md5': md5,
    'accept-ranges': 'bytes',
    'last-modified': new Date(file.updatedAt).toUTCString(),
    'content-disposition': `attachment; filename*=UTF-8''${encodeRfc8187(key.split('/').at(-1) ?? key)}`,
    'cache-control': 'no-cache',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const condition = request.headers['if-range'];
  const isCurrent = condition === undefined || condition === etag;
  const range = isCurrent ? rangeOf(request.headers.range, size) : undefined;
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  const sent = range ?? { start: 0, end: size - 1 };
  return reply
    .header('content-length', sent.end - sent.start + 1)
    .type(mediaTypeOf(key))
    .send(request.method === 'HEAD' ? Readable.from([]) : archive.store.read(fileId, sent));
}

function encodeRfc8187(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}
