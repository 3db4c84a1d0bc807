import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.ts';
import { codeOf } from './files.ts';
import { lineReader } from './lines.ts';

/** Where a program wrote. */
export type StreamName = 'stdout' | 'stderr';

/** What a program reads. */
export type Input = string | Uint8Array | Readable;

/** What is kept of what a program prints, and who hears of it. */
export interface CollectOptions {
  /** Bytes kept of each stream; more is read and dropped, and the result says `truncated`. Default: 10 MiB. */
  readonly maxBytes?: number;
  /**
   * Called with every line of either stream as it comes, without its end; one of more than 10,000 characters comes in
   * pieces, and `more` says that another piece of the same line follows.
   */
  readonly onLine?: (line: string, stream: StreamName, more: boolean) => void;
}

/** What a program printed. */
export interface Printed {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
}

/** Takes what a program prints, as it comes; `end` tells what was kept, once no more comes. */
export function collector(options: CollectOptions) {
  const streams = { stdout: keeper('stdout', options), stderr: keeper('stderr', options) };
  return {
    take: (chunk: Buffer, name: StreamName): void => streams[name].take(chunk),
    end: (): Printed => {
      const [stdout, stderr] = [streams.stdout.end(), streams.stderr.end()];
      const truncated = stdout.truncated || stderr.truncated;
      return { stdout: stdout.bytes, stderr: stderr.bytes, truncated };
    },
  };
}

function keeper(name: StreamName, { onLine, maxBytes = 10 * 1024 * 1024 }: CollectOptions) {
  const lines = onLine && lineReader((line, more) => onLine(line, name, more));
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let truncated = false;
  return {
    take: (chunk: Buffer): void => {
      const piece = chunk.subarray(0, room);
      // A copy: the piece may be a few bytes of a large chunk, which it would keep.
      if (piece.length > 0) chunks.push(Buffer.from(piece));
      room -= piece.length;
      truncated ||= piece.length < chunk.length;
      lines?.take(chunk);
    },
    end: () => {
      lines?.end();
      return { bytes: Buffer.concat(chunks), truncated };
    },
  };
}

/**
 * Gives a program what it is to read, and ends its input. A program need not read all of it: only that the input itself
 * fails is an error. (One that was broken off ends there; what that means, the program says by its exit code.)
 */
export async function feed(stdin: Writable, input: Input): Promise<void> {
  if (!(input instanceof Readable)) {
    stdin.on('error', () => undefined);
    stdin.end(input);
    return;
  }
  await pipeline(input, stdin).catch((error: unknown) => {
    if (!['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '')) throw error;
  });
}

/** The failure for a program that did not end well; `end` is its exit code, or the signal that ended it. */
export function programFailed(program: string, end: number | string, stderr: Buffer): Failure {
  const said = stderr.toString('utf8').trim().slice(-2000);
  return new Failure('program-failed', `${program} ended with ${end}${said && `: ${said}`}.`);
}
