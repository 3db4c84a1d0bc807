import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Failure } from '../failure.ts';
import { type Caps, tooLarge, tooManyFiles } from './copy-tree.ts';

/** A folder that a program of somebody else's fills. */
export interface Growing {
  readonly folder: string;
  /** As messages call what it is filled with. */
  readonly source: string;
  readonly caps: Caps;
  /** A folder in it that may have as many bytes again, in any number of files. */
  readonly apart: string;
}

/**
 * Looks once a second how much there is. `signal` fires when the person stops, or with a Failure as its reason
 * (`too-large`, `too-many-files`) when there is more than allowed.
 */
export function watchSize(growing: Growing, { signal, clock }: Pick<Context, 'signal' | 'clock'>) {
  const grown = new AbortController();
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  const watch = async () => {
    while (!over.aborted) {
      await clock.sleep(1000, over);
      const failure = await excess(growing);
      if (failure) grown.abort(failure);
    }
  };
  watch().catch(() => undefined);
  return { signal: AbortSignal.any([signal, grown.signal]), end: () => ended.abort() };
}

async function excess({ folder, source, caps, apart }: Growing): Promise<Failure | undefined> {
  const inside = join(folder, apart);
  const anyNumber = { ...caps, maxFiles: Number.POSITIVE_INFINITY };
  return (await excessIn(inside, '', source, anyNumber)) ?? excessIn(folder, inside, source, caps);
}

async function excessIn(
  folder: string,
  skip: string,
  source: string,
  caps: Caps,
): Promise<Failure | undefined> {
  const folders = [folder];
  let bytes = 0;
  let files = 0;
  for (const one of folders) {
    for (const entry of await readdir(one, { withFileTypes: true }).catch(() => [])) {
      const path = join(one, entry.name);
      if (path === skip) continue;
      if (entry.isDirectory()) folders.push(path);
      else {
        files += 1;
        bytes += await sizeOf(path);
      }
      if (files > caps.maxFiles) return tooManyFiles(source, caps);
      if (bytes > caps.maxBytes) return tooLarge(source, caps);
    }
  }
  return undefined;
}

/** Files come and go while we look. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found?.size ?? 0;
}
