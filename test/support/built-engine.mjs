// What scripts hand to the engine as it was built, and ask of it.
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { baseImages } from './base-image.mjs';

/** A person's folders below one. @param {string} folder */
export function placesIn(folder) {
  return { state: join(folder, 'state'), cache: join(folder, 'cache'), config: join(folder, 'config') };
}

/**
 * The context of a command that nobody listens to.
 * @param {import('../../repo2vc/src/context.ts').Places} places
 * @param {Partial<import('../../repo2vc/src/context.ts').Context>} [changes]
 * @returns {import('../../repo2vc/src/context.ts').Context}
 */
export function contextIn(places, changes = {}) {
  const { signal } = new AbortController();
  setMaxListeners(0, signal); // many calls at once
  return {
    emit: () => undefined,
    clock: {
      now: () => new Date(),
      sleep: (ms, ending) => sleep(ms, undefined, ending ? { signal: ending } : {}),
    },
    random: (n) => randomBytes(n).toString('hex').slice(0, n),
    signal,
    places,
    environment: process.env,
    owner: `script-${process.pid}@here`,
    containers: async () => ({ baseImages }),
    ...changes,
  };
}

/**
 * A goal of as many nodes of one environment, for ten minutes.
 * @param {string} provider @param {number} count @param {object} environment
 */
export function goalOf(provider, count, environment) {
  const cluster = {
    id: `b-${randomBytes(6).toString('hex')}`,
    owner: `script-${process.pid}@here`,
    createdAt: new Date().toISOString(),
  };
  const groups = [{ role: 'node', count, environment: { id: 'e'.repeat(64), ...environment } }];
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  return { schemaVersion: 1, cluster, provider, goal: { groups, expiresAt } };
}
