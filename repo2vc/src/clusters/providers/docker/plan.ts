import { type ClusterGoal, type ClusterView, type GoalGroup, hashOf } from '../../../model/index.ts';
import { planNodes, planRemoval } from '../../planning.ts';
import type { ClusterStep } from '../../types.ts';

const deadlineMs = 180_000;

/** Changes when a node must be made anew: a container's limits, image and ports are settled at its birth. */
export function specHashOf({ role, environment, cpus, memoryMiB, ports }: GoalGroup): string {
  const made = environment.builder === 'image' ? [environment.image, environment.user, environment.home] : [];
  return hashOf(JSON.stringify([role, made, cpus ?? null, memoryMiB ?? null, ports ?? []]));
}

/** What must be done for `goal`; see ClusterProvider.plan. */
export function planSteps(goal: ClusterGoal | 'absent', seen: ClusterView): ClusterStep[] {
  if (goal === 'absent') return planRemoval(seen, deadlineMs);
  const there = seen.others?.some(({ kind }) => kind === 'network');
  const network: ClusterStep = { key: 'network', kind: 'ensure', after: [], why: 'missing', deadlineMs };
  const nodes = planNodes(goal, seen, { specHashOf, deadlineMs, after: there ? [] : [network.key] });
  return there ? nodes : [network, ...nodes];
}
