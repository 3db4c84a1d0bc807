import { builderOf } from '../builders/registry.ts';
import type { Environment, Environments, Outcome, Plan, Target } from '../model/index.ts';
import type { StepTools } from './types.ts';

/**
 * Builds the environments of a plan, one after the other, or takes them from the cache. Needs consent when packages
 * must be built from source.
 */
export async function buildEnvironments(
  plan: Plan,
  target: Target,
  tools: StepTools,
): Promise<Outcome<Environments>> {
  const builder = builderOf(target.builder);
  const { platform, sourceBuilds } = target;
  const environments: Record<string, Environment> = {};
  for (const [name, spec] of Object.entries(plan.environments).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const base = target.bases[name];
    if (!base) throw new Error(`target.json has nothing that the environment ${name} is built on`);
    const built = await builder.build(name, spec, { platform, base, sourceBuilds }, tools);
    if ('needs' in built) return built;
    environments[name] = built.value;
  }
  return { value: { schemaVersion: 1, environments } };
}
