import type { Duplex, Writable } from 'node:stream';
import type { StreamName } from '../collect.ts';

/**
 * Takes apart what the engine sends of a program without a terminal: each piece has a head of 8 bytes, which says the
 * stream (1 or 2) and the length (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach).
 * The function that is given back takes the bytes as they come.
 */
export function demultiplexer(take: (chunk: Buffer, stream: StreamName) => void): (chunk: Buffer) => void {
  let head = Buffer.alloc(0);
  let left = 0;
  let stream: StreamName = 'stdout';
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const piece = rest.subarray(0, left);
        left -= piece.length;
        rest = rest.subarray(piece.length);
        take(piece, stream);
        continue;
      }
      const missing = 8 - head.length;
      head = Buffer.concat([head, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (head.length < 8) return;
      stream = head[0] === 2 ? 'stderr' : 'stdout';
      left = head.readUInt32BE(4);
      head = Buffer.alloc(0);
    }
  };
}

/** Passes on what a program prints, no faster than it is taken. Nobody wants more when `output` is closed. */
export function pour(connection: Duplex, output: Writable, errors?: (chunk: Buffer) => void): void {
  const take = demultiplexer((chunk, stream) => {
    if (stream === 'stderr') errors?.(chunk);
    else if (!output.write(chunk)) connection.pause();
  });
  connection.on('data', take);
  output.on('drain', () => connection.resume());
  output.once('close', () => connection.destroy());
}
