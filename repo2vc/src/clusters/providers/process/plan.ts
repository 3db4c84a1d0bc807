import {
  type ClusterGoal,
  type ClusterView,
  type GoalGroup,
  hashOf,
  type PrefixEnvironment,
} from '../../../model/index.ts';
import { planNodes, planRemoval } from '../../planning.ts';
import type { ClusterStep } from '../../types.ts';

const deadlineMs = 60_000;

/** Changes when a node must be made anew. */
export function specHashOf(group: GoalGroup): string {
  const { role, cpus, memoryMiB } = group;
  const { id, prefix, basePrefix } = prefixOf(group);
  return hashOf(JSON.stringify([role, id, prefix, basePrefix, cpus ?? null, memoryMiB ?? null]));
}

/** The environment of a node; a process can be given nothing but a prefix. */
export function prefixOf({ environment }: GoalGroup): PrefixEnvironment {
  if (environment.builder === 'prefix') return environment;
  throw new Error('a process node runs in a prefix');
}

/** What must be done for `goal`; see ClusterProvider.plan. */
export function planSteps(goal: ClusterGoal | 'absent', seen: ClusterView): ClusterStep[] {
  return goal === 'absent'
    ? planRemoval(seen, deadlineMs)
    : planNodes(goal, seen, { specHashOf, deadlineMs });
}
