import type { ClusterGoal, ClusterView, GoalGroup } from '../model/index.ts';
import type { ClusterStep } from './types.ts';

/** The nodes that a goal asks for, by name: `worker-1`, `worker-2`, … */
export function wantedNodes(goal: ClusterGoal): Map<string, GoalGroup> {
  const all = goal.groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => [`${group.role}-${index + 1}`, group] as const),
  );
  return new Map(all);
}

/** How a provider's nodes are planned. */
export interface NodePlanning {
  /** Changes when a node must be made anew. */
  readonly specHashOf: (group: GoalGroup) => string;
  readonly deadlineMs: number;
  /** Keys of the steps that every node needs first, such as its network. */
  readonly after?: readonly string[];
}

/** The steps that make, mend, replace and remove nodes until there are those of the goal. Pure. */
export function planNodes(goal: ClusterGoal, seen: ClusterView, planning: NodePlanning): ClusterStep[] {
  const { specHashOf, deadlineMs, after = [] } = planning;
  const steps: ClusterStep[] = [];
  const there = new Map(seen.nodes.map((node) => [node.name, node]));
  const wanted = wantedNodes(goal);
  for (const [name, group] of wanted) {
    const node = there.get(name);
    const step = { key: `node:${name}`, node: name, after, deadlineMs };
    if (!node) steps.push({ ...step, kind: 'ensure', why: 'missing' });
    else if (node.specHash && node.specHash !== specHashOf(group)) {
      steps.push({ ...step, kind: 'replace', why: 'changed' });
    } else if (node.state !== 'ready') steps.push({ ...step, kind: 'ensure', why: node.state });
  }
  const surplus = seen.nodes.filter((node) => !wanted.has(node.name));
  return [...steps, ...surplus.map((node) => removal(node.name, 'surplus', deadlineMs))];
}

/** The steps after which nothing of a cluster is there: its nodes, then, as `rm:cluster`, all that they shared. Pure. */
export function planRemoval(seen: ClusterView, deadlineMs: number): ClusterStep[] {
  if (seen.phase === 'absent') return [];
  const nodes = seen.nodes.map((node) => removal(node.name, 'unwanted', deadlineMs));
  const rest = { key: 'rm:cluster', kind: 'remove', why: 'unwanted', deadlineMs } as const;
  return [...nodes, { ...rest, after: nodes.map((step) => step.key) }];
}

function removal(name: string, why: string, deadlineMs: number): ClusterStep {
  return { key: `rm:node:${name}`, node: name, kind: 'remove', after: [], why, deadlineMs };
}
