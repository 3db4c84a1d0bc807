import type { EnvironmentSpec } from '../model/index.ts';
import { packageOf } from './requirement-grammar.ts';

/** A package that repo2vc itself needs in an environment. */
export interface NeededPackage {
  readonly name: string;
  readonly text: string;
  /** Packages that bring it. */
  readonly broughtBy: readonly string[];
}

/** What opens the experiment on its node. */
export const toOpen: readonly NeededPackage[] = [
  { name: 'jupyterlab', text: 'jupyterlab>=4,<5', broughtBy: [] },
];

/** What runs a template's cells in its client. */
export const toPrepare: readonly NeededPackage[] = [
  { name: 'jupyter-server', text: 'jupyter-server>=2,<3', broughtBy: ['jupyterlab', 'notebook'] },
  { name: 'ipykernel', text: 'ipykernel', broughtBy: ['jupyterlab', 'notebook'] },
];

/**
 * Adds what an environment lacks, unless its own requirements name it; `added` says what. A Dockerfile says itself all
 * that is in its image.
 */
export function complete(
  spec: EnvironmentSpec,
  needed: readonly NeededPackage[],
): { readonly spec: EnvironmentSpec; readonly added: readonly string[] } {
  if (spec.kind !== 'python') return { spec, added: [] };
  const named = new Set(spec.requirements.map((requirement) => packageOf(requirement.text)));
  const added: string[] = [];
  for (const { name, text, broughtBy } of needed) {
    if ([name, ...broughtBy].some((one) => named.has(one))) continue;
    added.push(text);
    named.add(name);
  }
  const requirements = [...spec.requirements, ...added.map((text) => ({ text }))];
  return { spec: { ...spec, requirements }, added };
}
