import { builderOf } from '../builders/registry.ts';
import { isFailure } from '../failure.ts';
import type { ConsentNeed, Environment, Environments, Outcome, Plan, Target } from '../model/index.ts';
import type { StepTools } from './types.ts';

/**
 * Builds the environments of a plan, one after the other, or takes them from the cache. Needs consent when packages
 * must be built from source: that runs code of people whom the person did not choose.
 */
export async function buildEnvironments(
  plan: Plan,
  target: Target,
  tools: StepTools,
): Promise<Outcome<Environments>> {
  const builder = builderOf(target.builder);
  const environments: Record<string, Environment> = {};
  for (const [name, spec] of Object.entries(plan.environments).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const interpreter = target.interpreters[name];
    if (!interpreter) throw new Error(`target.json has no interpreter for the environment ${name}`);
    const { platform, sourceBuilds } = target;
    try {
      environments[name] = await builder.build(name, spec, { platform, interpreter, sourceBuilds }, tools);
    } catch (error) {
      const need = sourceBuilds ? undefined : consentFor(error, target);
      if (!need) throw error;
      return { needs: [need] };
    }
  }
  return { value: { schemaVersion: 1, environments } };
}

function consentFor(error: unknown, target: Target): ConsentNeed | undefined {
  if (!isFailure(error) || error.code !== 'only-source-distribution') return undefined;
  const { packages } = error.args;
  return {
    kind: 'consent',
    to: 'source-builds',
    isolation: target.isolation,
    packages: Array.isArray(packages) ? [...packages] : [],
  };
}
