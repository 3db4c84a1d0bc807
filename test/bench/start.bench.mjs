import { join } from 'node:path';
import { interleaved, round, timeOf } from './measure.mjs';

export const name = 'command start';
export const aim = 'repo2vc --version takes at most 2.5 × bare node';

const command = join(import.meta.dirname, '..', '..', 'repo2vc', 'dist', 'cli', 'main.js');

export async function run() {
  const { floor, help, version } = await interleaved(21, {
    floor: () => timeOf([process.execPath, '-e', '0']),
    version: () => timeOf([process.execPath, command, '--version']),
    help: () => timeOf([process.execPath, command, '--help']),
  });
  const row = (what, value) => ({
    what,
    value: round(value),
    unit: 'ms',
    floor: round(floor),
    ratio: round(value / floor),
    ok: value / floor <= 2.5,
  });
  return [row('repo2vc --version', version), row('repo2vc --help', help)];
}
