import { expect, it } from 'vitest';
import { demultiplexer } from '../../../../repo2vc/src/io/docker/frames.ts';

const frame = (stream: number, text: string) => {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

it.each([1, 3, 8, 9, 1000])('streams are told apart, in pieces of %i bytes', (size) => {
  const bytes = Buffer.concat([
    frame(1, 'out'),
    frame(2, 'error'),
    frame(1, ''),
    frame(1, ' put'.repeat(20)),
  ]);
  const told = { stdout: '', stderr: '' };
  const take = demultiplexer((chunk, stream) => {
    told[stream] += String(chunk);
  });
  for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
  expect(told).toEqual({ stdout: `out${' put'.repeat(20)}`, stderr: 'error' });
});
