import { createWriteStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { byPath } from '../model/index.ts';
import { translateDiskErrors } from './files.ts';

/** A file to pack: where it lies (absolute), and its path in the archive. */
export interface Packed {
  readonly from: string;
  readonly path: string;
}

/**
 * Packs files into one zip, whose bytes depend on their paths and content alone: sorted, one time, one mode.
 */
export async function packZip(files: readonly Packed[], to: string, signal: AbortSignal): Promise<void> {
  const zip = new ZipFile();
  const sorted = [...files].sort(byPath);
  // The earliest time that a zip can hold, in local time as zips have it, so the same everywhere.
  const options = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };
  for (const { from, path } of sorted) zip.addFile(from, path, options);
  const output = zip.outputStream.pipe(new PassThrough());
  zip.on('error', (error: Error) => output.destroy(error));
  zip.end();
  await translateDiskErrors(to, () => pipeline(output, createWriteStream(to), { signal }));
}
