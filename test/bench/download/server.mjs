// Serves 2 GB out of memory, so that neither side waits for this computer's disk to be read; says where and what.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

const block = randomBytes(4 * 1024 * 1024);
const blocks = 500;
const hash = createHash('sha256');
for (let i = 0; i < blocks; i++) hash.update(block);
const size = block.length * blocks;

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-length': size, 'content-type': 'application/octet-stream' });
  Readable.from(Array.from({ length: blocks }, () => block)).pipe(response);
});
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/file`;
  console.log(JSON.stringify({ url, size, sha256: hash.digest('hex') }));
});
