import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, Places } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { codeOf } from '../../../io/files.ts';
import { addressesFolder } from './places.ts';

/** The loopback address of a node, if it has claimed one. */
export function addressOf(places: Places, cluster: string, node: string): string | undefined {
  return claims(places).find((claim) => claim.holder === `${cluster}/${node}`)?.address;
}

/**
 * Gives a node its own loopback address. The claim is a symbolic link whose name is the address and whose target is the
 * node: it is made whole or not at all, and of two who try, one wins.
 */
export async function claimAddress(context: Context, cluster: string, node: string): Promise<string> {
  const before = addressOf(context.places, cluster, node);
  if (before) return before;
  const folder = addressesFolder(context.places);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < 1000; attempt++) {
    const address = randomAddress(context);
    try {
      await symlink(`${cluster}/${node}`, join(folder, address));
      return address;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new Failure('no-address', 'Nearly every address of 127.77.0.0/16 is taken.', {
    hint: 'Remove what has expired with: repo2vc clusters sweep',
  });
}

/** Gives back the addresses of a cluster, or of one of its nodes. */
export async function releaseAddresses(places: Places, cluster: string, node?: string): Promise<void> {
  for (const claim of claims(places)) {
    const [holder, name] = claim.holder.split('/');
    if (holder !== cluster || (node !== undefined && name !== node)) continue;
    await rm(join(addressesFolder(places), claim.address), { force: true });
  }
}

/** The clusters whose nodes hold addresses. */
export function clustersWithAddress(places: Places): string[] {
  const holders = claims(places).map((claim) => claim.holder.split('/')[0] ?? '');
  return [...new Set(holders)].filter((id) => id !== '');
}

/** Reads without giving way: a few microseconds per claim, and every node asks. */
function claims(places: Places): { address: string; holder: string }[] {
  const folder = addressesFolder(places);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((address) => ({ address, holder: holderOf(join(folder, address)) }));
}

function holderOf(claim: string): string {
  try {
    return readlinkSync(claim);
  } catch {
    return ''; // given back meanwhile
  }
}

/** Never .0 or .255: some programs take them for a network or a broadcast. */
function randomAddress(context: Context): string {
  const numbers = [...context.random(12)].map((character) => Number.parseInt(character, 36));
  const part = (from: number, size: number) =>
    numbers.slice(from, from + 6).reduce((sum, digit) => (sum * 36 + digit) % 1_000_003, 0) % size;
  return `127.77.${part(0, 256)}.${1 + part(6, 254)}`;
}
