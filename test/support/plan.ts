import type { Detection, Plan, Snapshot, Target } from '../../repo2vc/src/model/index.ts';
import { specOf } from './prefix.ts';

/** A plan of one node whose environment asks for nothing. */
export function planOf(changes: Partial<Plan> = {}): Plan {
  return {
    schemaVersion: 1,
    title: 'An experiment',
    experiment: { contentId: 'a'.repeat(64), directory: 'experiment' },
    reasons: [],
    parameters: {},
    secrets: [],
    environments: { main: specOf([]) },
    groups: [{ role: 'node', count: 1, environment: 'main' }],
    steps: [],
    checks: [],
    data: [],
    expires: { defaultMinutes: 240, mostMinutes: 1440 },
    ...changes,
  };
}

/** A snapshot that holds no files. */
export function emptySnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    schemaVersion: 1,
    reference: { schemaVersion: 1, kind: 'local', text: '.', path: '/experiment' },
    folder: 'snapshot',
    contentId: 'a'.repeat(64),
    files: [],
    links: [],
    ...changes,
  };
}

/** What describes the environment: a template in this snapshot, or a buildpack when there is none. */
export function detectionOf(template?: {
  snapshot: Snapshot;
  origin: 'used-link' | 'same-snapshot';
}): Detection {
  const rest = { schemaVersion: 1 as const, reasons: [], data: [], files: [] };
  if (!template) return { ...rest, chosen: { kind: 'buildpack', buildpack: 'python', folder: '.' } };
  return {
    ...rest,
    chosen: {
      kind: 'template',
      ...template,
      notebook: 'environment.ipynb',
      environments: { main: { buildpack: 'python', folder: '.' } },
      template: {
        schemaVersion: 1,
        kind: 'container',
        title: 'An environment',
        environments: { main: { path: '.' } },
        node: { environment: 'main' },
      },
      steps: [],
    },
  };
}

/** Processes of this computer, kept apart by nothing. */
export function targetOf(changes: Partial<Target> = {}): Target {
  return {
    schemaVersion: 1,
    ...{ provider: 'process', builder: 'prefix' },
    platform: { os: 'linux', architecture: 'x86_64', libc: 'glibc-2.36' },
    bases: {},
    cost: { basis: 'free' },
    expiresAfterMinutes: 60,
    ...{ isolation: 'none', limits: 'watched', expiry: 'enforced' },
    sourceBuilds: false,
    reasons: [],
    ...changes,
  };
}
