import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Clock, Context } from '../../repo2vc/src/context.ts';
import type { Event } from '../../repo2vc/src/events.ts';
import { interrupted } from '../../repo2vc/src/failure.ts';
import { baseImages } from './base-image.mjs';
import { cacheFolder } from './cache.mjs';

/** The real clock. */
export const realClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    sleep(ms, undefined, signal ? { signal } : {}).catch(() => {
      throw interrupted();
    }),
};

/** A folder that is removed when the test has finished. Its mode lets other users reach what is below. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'repo2vc-test-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where tests keep what is dear to make and can be made again: uv, prefixes, wheels. Survives between runs. */
export function testCache(): string {
  mkdirSync(cacheFolder, { recursive: true, mode: 0o755 });
  return cacheFolder;
}

/** A context of the test's own: its own folders, the real clock, all events in a list. */
export function testContext(changes: Partial<Context> = {}): Context & { events: Event[]; folder: string } {
  const folder = temporaryFolder();
  const events: Event[] = [];
  return {
    events,
    folder,
    emit: (event) => events.push(event),
    clock: realClock,
    random: (n) => randomBytes(n).toString('hex').slice(0, n),
    signal: new AbortController().signal,
    places: { state: join(folder, 'state'), cache: join(folder, 'cache'), config: join(folder, 'config') },
    environment: process.env,
    owner: 'tester@here',
    containers: async () => ({ baseImages }),
    ...changes,
  };
}
