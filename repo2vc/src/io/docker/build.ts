import type { Readable } from 'node:stream';
import { type BuildRecord, classicReader } from './build-records.ts';
import type { Docker } from './client.ts';
import { recordsOf } from './records.ts';

export type { BuildRecord } from './build-records.ts';

/** What an engine is to build. */
export interface ImageBuild {
  /** A tar stream. */
  readonly context: Readable;
  /** The path of the Dockerfile in it. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The classic builder keeps to a network and a limit; BuildKit takes its own network, and has none. */
  readonly by:
    | { readonly builder: 'classic'; readonly network: string; readonly memoryMiB: number }
    | { readonly builder: 'buildkit' };
  readonly signal: AbortSignal;
}

/**
 * Builds an image without a name, and gives every record as it comes (POST /build). A build that is left before its end is ended by
 * the engine, which removes its container. A build is done when there was a record of an image and none of an error.
 */
export async function* buildImage(docker: Docker, build: ImageBuild): AsyncGenerator<BuildRecord, void> {
  const { context, dockerfile, args, labels, by, signal } = build;
  const limits =
    by.builder === 'buildkit'
      ? { version: '2' }
      : { networkmode: by.network, ...memoryOf(by.memoryMiB), rm: true, forcerm: true };
  const query = { dockerfile, buildargs: args, labels, ...limits };
  const headers = { 'Content-Type': 'application/x-tar' };
  const call = { method: 'POST', path: '/build', query, upload: context, headers, signal } as const;
  const read = by.builder === 'buildkit' ? (await import('./buildkit.ts')).buildkitReader() : classicReader();
  // It begins to answer when it has all of the context, and has looked at it.
  const answer = await docker.stream({ ...call, timeoutMs: 300_000 });
  for await (const record of recordsOf(answer)) yield* read(record);
}

function memoryOf(mebibytes: number) {
  const bytes = mebibytes * 1024 * 1024;
  return { memory: bytes, memswap: bytes };
}
