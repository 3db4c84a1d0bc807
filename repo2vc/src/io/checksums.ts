import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Checksums of one stream of bytes, taken together: SHA-256, and the one that an archive states, if it does. */
export class Checksums {
  #sha256 = createHash('sha256');
  #stated;
  readonly #expected: StatedChecksum | undefined;

  constructor(expected?: StatedChecksum) {
    this.#expected = expected;
    this.#stated = expected && expected.algorithm !== 'sha256' ? createHash(expected.algorithm) : undefined;
  }

  update(chunk: Uint8Array): void {
    this.#sha256.update(chunk);
    this.#stated?.update(chunk);
  }

  /** Ends the count: SHA-256, and whether the stated checksum is right (true when none is stated). */
  digest(): { readonly sha256: string; readonly right: boolean; readonly found: string } {
    const sha256 = this.#sha256.digest('hex');
    const found = this.#stated?.digest('hex') ?? sha256;
    return { sha256, right: !this.#expected || this.#expected.value === found, found };
  }
}

/** A checksum that somebody stated. */
export interface StatedChecksum {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512';
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** Reads `md5:…`, `sha256:…` as archives write them; undefined when it is of another kind or malformed. */
export function statedChecksum(text: string | undefined): StatedChecksum | undefined {
  const match = /^(md5|sha-?1|sha-?256|sha-?512):([0-9a-f]+)$/i.exec(text?.trim() ?? '');
  if (!match?.[1] || !match[2]) return undefined;
  const algorithm = match[1].toLowerCase().replace('-', '') as StatedChecksum['algorithm'];
  const digits = { md5: 32, sha1: 40, sha256: 64, sha512: 128 }[algorithm];
  return match[2].length === digits ? { algorithm, value: match[2].toLowerCase() } : undefined;
}

/** Takes the checksums of a file that is there. */
export async function checksumsOfFile(path: string, expected?: StatedChecksum): Promise<Checksums> {
  const sums = new Checksums(expected);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    sums.update(chunk as Buffer);
  }
  return sums;
}
