import { spawnSync } from 'node:child_process';

/** The middle of some numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds that a program takes from start to end. */
export function timeOf(argv) {
  const [program, ...args] = argv;
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

/**
 * Medians of several things measured in turn, so that whatever else the computer does meets all of them alike. The
 * first round only warms the disk cache.
 */
export async function interleaved(rounds, measures) {
  const values = Object.fromEntries(Object.keys(measures).map((key) => [key, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [key, measure] of Object.entries(measures)) {
      const value = await measure();
      if (round > 0) values[key].push(value);
    }
  }
  return Object.fromEntries(Object.entries(values).map(([key, all]) => [key, median(all)]));
}

/** Two digits after the point: more is noise. */
export const round = (value) => Math.round(value * 100) / 100;
