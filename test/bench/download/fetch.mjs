// Fetches one file with the engine's own client; prints the most memory that it took.
import { rmSync } from 'node:fs';
import { createHttp } from '../../../repo2vc/dist/io/http.js';

const [url, path, checksum, size] = process.argv.slice(2);
const { signal } = new AbortController();
const emit = () => undefined;
const http = createHttp({
  clock: { now: () => new Date(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  environment: process.env,
  emit,
  signal,
  userAgent: 'repo2vc-bench',
  credentialFor: async () => undefined,
  allowPrivate: () => true,
});
await http.download(
  { url, path, checksum, size: Number(size), maxBytes: Number(size), name: 'file' },
  { emit, signal },
);
rmSync(path);
console.log(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
