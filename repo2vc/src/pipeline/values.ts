import type { Args } from '../failure.ts';
import {
  type Cluster,
  type Deposit,
  type Detection,
  type EnvironmentLock,
  type Environments,
  type Plan,
  type Prepared,
  parserOf,
  type Reference,
  type Session,
  type Snapshot,
  type Target,
} from '../model/index.ts';

/** How each step's value is saved, read back, and told in one line. */
export const saved = {
  reference: {
    name: 'reference.json',
    parse: parserOf<Reference>('reference.schema.json'),
    facts: (it: Reference): Args => ({ kind: it.kind, where: whereOf(it) }),
  },
  snapshot: {
    name: 'snapshot.json',
    parse: parserOf<Snapshot>('snapshot.schema.json'),
    facts: (it: Snapshot): Args => ({
      title: it.title ?? '',
      files: it.files.length,
      bytes: bytesOf(it.files),
    }),
  },
  detection: {
    name: 'detection.json',
    parse: parserOf<Detection>('detection.schema.json'),
    facts: (it: Detection): Args => ({ ...describedBy(it), data: it.data.length }),
  },
  plan: {
    name: 'plan.json',
    parse: parserOf<Plan>('plan.schema.json'),
    facts: (it: Plan): Args => ({
      environments: Object.keys(it.environments).length,
      nodes: it.groups.reduce((sum, group) => sum + group.count, 0),
      steps: it.steps.length,
    }),
  },
  target: {
    name: 'target.json',
    parse: parserOf<Target>('target.schema.json'),
    facts: (it: Target): Args => ({
      provider: it.provider,
      isolation: it.isolation,
      minutes: it.expiresAfterMinutes,
    }),
  },
  environments: {
    name: 'environments.json',
    parse: parserOf<Environments>('environments.schema.json'),
    facts: (it: Environments): Args => {
      const locks = Object.values(it.environments).map((environment) => environment.lock);
      return {
        environments: locks.length,
        packages: locks.reduce((sum, lock) => sum + lock.packages.length, 0),
        interpreters: [...new Set(locks.map(interpreterOf))].filter((text) => text !== ''),
      };
    },
  },
  cluster: {
    name: 'cluster.json',
    parse: parserOf<Cluster>('cluster.schema.json'),
    facts: (it: Cluster): Args => ({
      cluster: it.cluster.id,
      nodes: it.goal.groups.reduce((sum, group) => sum + group.count, 0),
      expires: it.goal.expiresAt,
    }),
  },
  prepared: {
    name: 'prepared.json',
    parse: parserOf<Prepared>('prepared.schema.json'),
    facts: (it: Prepared): Args => ({ cells: it.cells.length, checks: it.checks.length }),
  },
  session: {
    name: 'session.json',
    parse: parserOf<Session>('session.schema.json'),
    facts: (it: Session): Args => ({ node: it.node, host: it.host, port: it.port }),
  },
  deposit: {
    name: 'deposit.json',
    parse: parserOf<Deposit>('deposit.schema.json'),
    facts: (it: Deposit): Args => ({ records: it.records.length, archive: it.archive }),
  },
} as const;

/** The file of a run folder that holds a session's token, and nothing else. */
export const tokenFile = 'token';

/** The file of a run folder that says that a template's steps were begun on the nodes there are. */
export const preparingFile = 'preparing';

/** What is true only of the nodes that there were: forgotten when they are gone. */
export const madeOnNodes = [saved.prepared.name, saved.session.name, tokenFile, preparingFile];

function interpreterOf({ interpreter }: EnvironmentLock): string {
  return interpreter ? `${interpreter.implementation} ${interpreter.version}` : '';
}

function whereOf(reference: Reference): string {
  if (reference.kind === 'local') return reference.path;
  return reference.kind === 'git' ? reference.url : `${reference.origin}/records/${reference.recordId}`;
}

function bytesOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function describedBy(detection: Detection): Args {
  const { chosen } = detection;
  if (chosen.kind === 'buildpack') return { by: 'buildpack', title: chosen.buildpack, doi: '' };
  return { by: chosen.origin, title: chosen.template.title, doi: chosen.snapshot.doi ?? '' };
}
