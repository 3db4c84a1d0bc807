import { type ClusterGoal, type ClusterView, type GoalGroup, hashOf } from '../../../model/index.ts';
import type { ClusterStep } from '../../types.ts';

const deadlineMs = 60_000;

/** The nodes that a goal asks for, by name: `worker-1`, `worker-2`, … */
export function wantedNodes(goal: ClusterGoal): Map<string, GoalGroup> {
  const all = goal.groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => [`${group.role}-${index + 1}`, group] as const),
  );
  return new Map(all);
}

/** Changes when a node must be made anew. */
export function specHashOf(group: GoalGroup): string {
  const { role, environment, cpus, memoryMiB } = group;
  const { id, prefix, basePrefix } = environment;
  return hashOf(JSON.stringify([role, id, prefix, basePrefix, cpus ?? null, memoryMiB ?? null]));
}

/** What must be done for `goal`; see ClusterProvider.plan. */
export function planSteps(goal: ClusterGoal | 'absent', seen: ClusterView): ClusterStep[] {
  if (goal === 'absent') return planRemoval(seen);
  const steps: ClusterStep[] = [];
  const wanted = wantedNodes(goal);
  for (const [name, group] of wanted) {
    const node = seen.nodes.find((one) => one.name === name);
    const step = { key: `node:${name}`, node: name, after: [], deadlineMs };
    if (!node) steps.push({ ...step, kind: 'ensure', why: 'missing' });
    else if (node.specHash && node.specHash !== specHashOf(group)) {
      steps.push({ ...step, kind: 'replace', why: 'changed' });
    } else if (node.state !== 'ready') steps.push({ ...step, kind: 'ensure', why: node.state });
  }
  const surplus = seen.nodes.filter((node) => !wanted.has(node.name));
  return [...steps, ...surplus.map((node) => removal(node.name, 'surplus'))];
}

function planRemoval(seen: ClusterView): ClusterStep[] {
  if (seen.phase === 'absent') return [];
  const nodes = seen.nodes.map((node) => removal(node.name, 'unwanted'));
  const rest = { key: 'rm:cluster', kind: 'remove', why: 'unwanted', deadlineMs } as const;
  return [...nodes, { ...rest, after: nodes.map((step) => step.key) }];
}

function removal(name: string, why: string): ClusterStep {
  return { key: `rm:node:${name}`, node: name, kind: 'remove', after: [], why, deadlineMs };
}
