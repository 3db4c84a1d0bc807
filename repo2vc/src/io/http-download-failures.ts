import { Failure } from '../failure.ts';

/** A download that goes to a file while its checksums are taken. */
export interface Download {
  readonly url: string;
  /** Absolute path; what an interrupted download left at `<path>.part` is continued when the server allows it. */
  readonly path: string;
  readonly size?: number;
  /** As archives write it: `md5:…`, `sha256:…`. A mismatch removes the file and is the Failure `checksum-mismatch`. */
  readonly checksum?: string;
  readonly maxBytes: number;
  /** What events and failures call it. */
  readonly name: string;
  readonly typed?: boolean;
}

/**
 * Refuses more than is allowed, and another size than the archive says. `whole`: `bytes` is what the server says the file
 * has; else what has come, which may still grow.
 */
export function checkSize(download: Download, bytes: number, whole: boolean): void {
  if (bytes > download.maxBytes) {
    throw new Failure(
      'too-large',
      `${download.name} is larger than the ${download.maxBytes} bytes allowed.`,
      {
        hint: 'Raise download.maxBytes in settings.yaml if you want it all the same.',
        args: { file: download.name, maxBytes: download.maxBytes },
      },
    );
  }
  const { size } = download;
  if (size === undefined || Number.isNaN(bytes)) return;
  if (bytes > size || (whole && bytes !== size)) {
    throw new Failure(
      'size-mismatch',
      `${download.name} has another size than its archive says (${bytes} instead of ${size} bytes).`,
      {
        hint: 'Do not trust this copy. Tell the archive about it.',
        args: { file: download.name, expected: size, found: bytes },
      },
    );
  }
}

/** What came is not what the archive says it is. */
export function mismatch(download: Download, found: string): Failure {
  return new Failure(
    'checksum-mismatch',
    `${download.name} is not what its archive says it is: ${download.checksum} expected, ${found} received.`,
    {
      hint: 'Run the command again; if it stays so, the file was changed or damaged at its archive. Tell them.',
      args: { file: download.name, expected: download.checksum ?? '', found },
    },
  );
}

/** What came is not all; it can be gone on with. */
export function cut(download: Download, why: string): Failure {
  const { origin, pathname } = new URL(download.url);
  return new Failure('connection-failed', `${download.name} did not arrive whole: ${why}.`, {
    hint: 'Run the same command again: it goes on where it stopped.',
    retryable: true,
    args: { url: `${origin}${pathname}`, origin, why },
  });
}
