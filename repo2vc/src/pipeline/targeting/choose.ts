import { builderOf } from '../../builders/registry.ts';
import type { ClusterProvider, Guarantees } from '../../clusters/types.ts';
import { Failure, failureOrThrow } from '../../failure.ts';
import {
  type Base,
  nearest,
  type Outcome,
  type Plan,
  type Platform,
  type Reason,
} from '../../model/index.ts';
import type { StepTools } from '../types.ts';

/** A provider that can carry out a plan here, what it builds on, and why it was taken. */
export interface Choice {
  readonly provider: ClusterProvider;
  readonly guarantees: Guarantees;
  readonly platform: Platform;
  readonly bases: Readonly<Record<string, Base>>;
  readonly reasons: readonly Reason[];
}

/**
 * The provider that was named, else the first whose builder can build all of the plan's environments, that works here,
 * and that has what they are built on. When there is none: the failure of the first that could have built them; when
 * none could, the refusal that names the line. Needs consent, before anything is fetched, where `mayRun` says so.
 */
export async function chooseProvider(
  plan: Plan,
  name: string | undefined,
  providers: readonly ClusterProvider[],
  mayRun: (provider: ClusterProvider) => Promise<boolean>,
  tools: StepTools,
): Promise<Outcome<Choice>> {
  const candidates = name === undefined ? providers : [named(name, providers)];
  const reasons: Reason[] = [];
  const refusals: Failure[] = [];
  const failures: Failure[] = [];
  for (const provider of candidates) {
    const refusal = refusalOf(plan, provider);
    if (refusal) {
      refusals.push(refusal);
      reasons.push(reasonFor('provider-refused', provider, refusal));
      continue;
    }
    try {
      const guarantees = await provider.check(tools);
      const consent = (await mayRun(provider)) ? undefined : provider.consent;
      if (consent) return { needs: [{ kind: 'consent', to: consent, isolation: guarantees.isolation }] };
      const foundation = await foundationOf(plan, provider, tools);
      const why = [...reasons, chosenBecause(provider, name, providers)];
      return { value: { provider, guarantees, ...foundation, reasons: why } };
    } catch (error) {
      const failure = failureOrThrow(error);
      failures.push(failure);
      reasons.push(reasonFor('provider-unavailable', provider, failure));
    }
  }
  throw failureOf(failures[0], refusals[0]);
}

/** Who lacks what one provider needs is also told why another will not do. */
function failureOf(failure: Failure | undefined, refusal: Failure | undefined): Error {
  if (!failure || !refusal) return failure ?? refusal ?? new Error('no cluster provider is registered');
  const { code, hint, retryable, args } = failure;
  const options = { retryable, args, cause: failure, ...(hint !== undefined && { hint }) };
  return new Failure(code, `${refusal.message} ${failure.message}`, options);
}

async function foundationOf(plan: Plan, provider: ClusterProvider, tools: StepTools) {
  const builder = builderOf(provider.builder);
  const bases: Record<string, Base> = {};
  for (const [name, spec] of Object.entries(plan.environments)) {
    bases[name] = await builder.chooseBase(name, spec, tools);
  }
  return { bases, platform: await builder.platform(tools) };
}

function refusalOf(plan: Plan, provider: ClusterProvider): Failure | undefined {
  const builder = builderOf(provider.builder);
  return Object.values(plan.environments)
    .map((spec) => builder.refusal(spec))
    .find((refusal) => refusal !== undefined);
}

/** Who names the first of all asks for what would be done anyway: it is the same target, with the same hash. */
function chosenBecause(
  provider: ClusterProvider,
  name: string | undefined,
  providers: readonly ClusterProvider[],
): Reason {
  const isFirst = name === undefined || provider === providers[0];
  const code = isFirst ? 'provider-first-that-works' : 'provider-named';
  return { code, args: { provider: provider.id } };
}

/** By code alone: what a failure's sentence says may change from one look to the next, and reasons are hashed. */
function reasonFor(code: string, provider: ClusterProvider, failure: Failure): Reason {
  return { code, args: { provider: provider.id, why: failure.code } };
}

function named(id: string, providers: readonly ClusterProvider[]): ClusterProvider {
  const provider = providers.find((one) => one.id === id);
  if (provider) return provider;
  const known = providers.map((one) => one.id);
  const near = nearest(id, known);
  throw new Failure('unknown-provider', `No cluster provider is called ${id}.`, {
    hint: near ? `Did you mean ${near}?` : `Known are ${known.join(', ')}.`,
    args: { provider: id, known },
  });
}
