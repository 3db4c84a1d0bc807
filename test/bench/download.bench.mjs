import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleaved, round, timeOf } from './measure.mjs';

export const name = 'a 2 GB file, fetched and verified';
export const aim = 'at least 0.8 of the speed of curl and sha256sum, at most 200 MB of memory';

const server = join(import.meta.dirname, 'download', 'server.mjs');
const ours = join(import.meta.dirname, 'download', 'fetch.mjs');

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-bench-'));
  const serving = spawn(process.execPath, [server], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [said] = await once(serving.stdout, 'data');
    return await measure(JSON.parse(said), folder);
  } finally {
    serving.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ url, size, sha256 }, folder) {
  const file = join(folder, 'file');
  const floor = `curl -sSf -o "$1" "$2" && echo "$3  $1" | sha256sum --check --status; code=$?; rm -f "$1"; exit $code`;
  let bytes = 0;
  const fetchOurs = () => {
    const begin = process.hrtime.bigint();
    const argv = [ours, url, join(folder, 'ours'), `sha256:${sha256}`, String(size)];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    bytes = Math.max(bytes, JSON.parse(stdout).peakBytes);
    return Number(process.hrtime.bigint() - begin) / 1e6;
  };
  const ms = await interleaved(3, {
    floor: () => timeOf(['sh', '-c', floor, 'sh', file, url, sha256]),
    ours: fetchOurs,
  });
  const megabytes = (time) => round(size / 1e3 / time);
  const ratio = ms.floor / ms.ours;
  return [
    {
      what: 'speed',
      value: megabytes(ms.ours),
      unit: 'MB/s',
      floor: megabytes(ms.floor),
      ratio: round(ratio),
      ok: ratio >= 0.8,
    },
    { what: 'peak memory', value: round(bytes / 1e6), unit: 'MB', ok: bytes <= 200e6 },
  ];
}
