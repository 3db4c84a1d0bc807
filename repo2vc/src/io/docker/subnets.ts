import { Failure } from '../../failure.ts';

/** A range of IPv4 addresses: those from `first` on, `size` of them (a power of two). */
interface Range {
  readonly first: number;
  readonly size: number;
}

/**
 * A subnet with room for `hosts`, written as 10.213.4.32/27, from one of the `ranges`, that overlaps none of `used`.
 * Where the search begins is up to `start` (0 to 1), so that two who choose at once rarely choose the same. Failure
 * `no-subnet` when everything is used.
 */
export function chooseSubnet(
  ranges: readonly string[],
  used: readonly string[],
  hosts: number,
  start: number,
): string {
  // Beside the hosts: the network, its gateway, and broadcast.
  const size = Math.max(32, 2 ** Math.ceil(Math.log2(hosts + 3)));
  for (const subnet of freeOf(ranges, used, size, start)) return subnet;
  throw noSubnet(ranges);
}

function noSubnet(ranges: readonly string[]): Failure {
  return new Failure('no-subnet', `No addresses are free for a network in ${ranges.join(', ')}.`, {
    hint: 'Remove networks that nobody uses any more (docker network prune), or name other addresses in settings.yaml: containers.subnets.',
    args: { ranges },
  });
}

/** How many subnets of the smallest kind are free: 100 for that many or more. Failure `no-subnet` when none is. */
export function countFree(ranges: readonly string[], used: readonly string[]): number {
  let count = 0;
  for (const _ of freeOf(ranges, used, 32, 0)) if (++count === 100) break;
  if (count === 0) throw noSubnet(ranges);
  return count;
}

function* freeOf(ranges: readonly string[], used: readonly string[], size: number, start: number) {
  const taken = used.flatMap((text) => rangeOf(text) ?? []);
  for (const range of ranges.flatMap((text) => rangeOf(text) ?? [])) {
    const most = Math.floor(range.size / size);
    for (let tried = 0; tried < most; tried++) {
      const first = range.first + ((Math.floor(start * most) + tried) % most) * size;
      if (!taken.some((other) => overlap(other, { first, size }))) yield textOf({ first, size });
    }
  }
}

/** The networks that a table of routes leads to (/proc/net/route, see proc(5)), but the default one. */
export function subnetsInRoutes(table: string): string[] {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  return rows.flatMap(([, destination = '', , , , , , mask = '']) => {
    if (!/^[0-9A-F]{8}$/.test(destination) || !/^[0-9A-F]{8}$/.test(mask) || mask === '00000000') return [];
    return [textOf({ first: littleEndian(destination), size: 2 ** 32 - littleEndian(mask) })];
  });
}

const littleEndian = (hex: string) => Buffer.from(hex, 'hex').readUInt32LE(0);

/** IPv4 alone: undefined for anything else. */
function rangeOf(text: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (bits === undefined || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = (((a ?? 0) * 256 + (b ?? 0)) * 256 + (c ?? 0)) * 256 + (d ?? 0);
  return { first: address - (address % size), size };
}

function textOf({ first, size }: Range): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${parts.join('.')}/${32 - Math.log2(size)}`;
}

function overlap(a: Range, b: Range): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}
