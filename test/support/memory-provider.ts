import { Readable } from 'node:stream';
import type {
  ClusterProvider,
  ClusterStep,
  ExecResult,
  NodeConnection,
} from '../../repo2vc/src/clusters/types.ts';
import { Failure } from '../../repo2vc/src/failure.ts';
import type { ClusterGoal, ClusterId, ClusterView, NodeView } from '../../repo2vc/src/model/index.ts';

/** What goes wrong at one moment of a provider's work. */
export type Fault = 'crash' | 'lost-answer' | 'retryable' | 'deadline' | 'cancel';

/** Thrown where our process would be dead: from then on the provider does nothing more for it. */
export class Crash extends Error {}

/** What exists, as it survives a crash. */
export interface World {
  readonly clusters: Map<string, { cluster: ClusterId; expiresAt: string; nodes: Map<string, NodeView> }>;
  /** Every call that changed something or was about to, in order. */
  readonly calls: string[];
}

export function newWorld(): World {
  return { clusters: new Map(), calls: [] };
}

export interface MemoryOptions {
  /** The moments are numbered from 0 in the order in which they come; see `moments`. */
  readonly faults?: ReadonlyMap<number, Fault>;
  readonly cancel?: () => void;
  /** Nodes that never become ready, and why. */
  readonly sick?: Readonly<Record<string, string>>;
  /** Thrown by perform, in place of anything else. */
  readonly refuse?: Failure;
  /** What a node's listing script answers: by default that nothing was recorded. */
  readonly exec?: (argv: readonly string[]) => ExecResult;
}

/** A cluster provider whose nodes are entries of a map, with faults at every moment of its work. */
export function memoryProvider(
  world: World,
  options: MemoryOptions = {},
): ClusterProvider & { moments(): number } {
  let moment = 0;
  let dead = false;
  const pass = async (change: () => void): Promise<void> => {
    if (dead) throw new Crash();
    const fault = options.faults?.get(moment);
    moment++;
    if (fault === 'crash') dead = true;
    if (dead) throw new Crash();
    if (fault === 'deadline') await new Promise(() => undefined);
    if (fault === 'cancel') options.cancel?.();
    if (fault === 'retryable') throw new Failure('busy', 'Busy.', { retryable: true });
    change();
    if (fault === 'lost-answer') throw new Failure('answer-lost', 'No answer.', { retryable: true });
  };
  const observe = async (cluster: ClusterId): Promise<ClusterView> => {
    if (dead) throw new Crash();
    return viewOf(world, cluster);
  };
  return {
    moments: () => moment,
    id: 'memory',
    builder: 'prefix',
    parallel: 8,
    examine: async () => [],
    check: async () => ({ limits: 'enforced', expiry: 'enforced', isolation: 'none' }),
    observe,
    plan,
    perform: async (step, goal, cluster) => {
      world.calls.push(`${step.kind} ${step.node ?? 'cluster'}`);
      if (options.refuse) throw options.refuse;
      await perform(step, goal, cluster, world, options, pass);
    },
    renew: async (cluster, expiresAt) => {
      const entry = world.clusters.get(cluster.id);
      if (entry) entry.expiresAt = expiresAt;
    },
    stop: async (_cluster, nodes) => {
      for (const node of nodes) world.calls.push(`stop ${node.name}`);
    },
    list: async () => Promise.all([...world.clusters.values()].map((entry) => observe(entry.cluster))),
    connect: async () => connection(options),
  };
}

async function perform(
  step: ClusterStep,
  goal: ClusterGoal | 'absent',
  cluster: ClusterId,
  world: World,
  options: MemoryOptions,
  pass: (change: () => void) => Promise<void>,
): Promise<void> {
  const nodes = () => world.clusters.get(cluster.id)?.nodes;
  const name = step.node;
  if (name === undefined) return pass(() => world.clusters.delete(cluster.id));
  if (step.kind !== 'ensure') await pass(() => nodes()?.delete(name));
  if (step.kind === 'remove' || goal === 'absent') return;
  const reason = options.sick?.[name];
  const node = (state: NodeView['state']): NodeView => ({
    ...{ name, role: 'node', state, ref: name, specHash: specOf(goal) },
    ...(reason && { reason: { code: reason, args: {} } }),
  });
  await pass(() => {
    if (!world.clusters.has(cluster.id)) {
      world.clusters.set(cluster.id, { cluster, expiresAt: goal.expiresAt, nodes: new Map() });
    }
    nodes()?.set(name, node('creating'));
  });
  await pass(() => nodes()?.set(name, node(reason ? 'lost' : 'ready')));
}

function viewOf(world: World, cluster: ClusterId): ClusterView {
  const seenAt = new Date().toISOString();
  const base = { schemaVersion: 1, provider: 'memory', seenAt } as const;
  const entry = world.clusters.get(cluster.id);
  if (!entry) return { ...base, cluster, phase: 'absent', nodes: [] };
  const nodes = [...entry.nodes.values()];
  const ready = nodes.length > 0 && nodes.every((node) => node.state === 'ready');
  const phase = entry.expiresAt <= seenAt ? 'expired' : ready ? 'ready' : 'partial';
  return { ...base, cluster: entry.cluster, phase, nodes, expiresAt: entry.expiresAt };
}

function plan(goal: ClusterGoal | 'absent', seen: ClusterView): ClusterStep[] {
  const step = { after: [], why: 'test', deadlineMs: 60_000 };
  if (goal === 'absent') {
    if (seen.phase === 'absent') return [];
    const nodes = seen.nodes.map(({ name }) => ({
      ...step,
      key: `rm:${name}`,
      node: name,
      kind: 'remove' as const,
    }));
    return [...nodes, { ...step, key: 'rm:cluster', kind: 'remove', after: nodes.map((one) => one.key) }];
  }
  return wantedNames(goal).flatMap((name): ClusterStep[] => {
    const node = seen.nodes.find((one) => one.name === name);
    const changed = node?.specHash !== undefined && node.specHash !== specOf(goal);
    if (!changed && node?.state === 'ready') return [];
    return [{ ...step, key: name, node: name, kind: changed ? 'replace' : 'ensure' }];
  });
}

/** The names of the nodes that a goal asks for. */
export function wantedNames(goal: ClusterGoal): string[] {
  return goal.groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => `node-${index + 1}`),
  );
}

function specOf(goal: ClusterGoal): string {
  return goal.groups[0]?.environment.id ?? '';
}

function connection(options: MemoryOptions): NodeConnection {
  const nothing: ExecResult = {
    ...{ code: 3, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false, timedOut: false },
  };
  return {
    home: '/home',
    exec: async (argv) => options.exec?.(argv) ?? nothing,
    startJob: async () => undefined,
    job: async () => ({ state: 'absent' }),
    jobLog: async () => '',
    stopJob: async () => undefined,
    put: async () => undefined,
    get: async () => Readable.from([]),
    putSecret: async () => '',
    serve: async () => ({ nodePath: '', close: async () => undefined }),
    listen: async () => ({ address: '127.0.0.1', port: 1 }),
    endpoint: async (port) => ({ host: '127.0.0.1', port }),
  };
}
