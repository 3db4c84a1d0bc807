import { builderOf } from '../builders/registry.ts';
import { clusterProviders } from '../clusters/registry.ts';
import type { ClusterProvider, Guarantees } from '../clusters/types.ts';
import { Failure, isFailure } from '../failure.ts';
import {
  type Answers,
  type Detection,
  type Interpreter,
  nearest,
  type Outcome,
  type Plan,
  type Reason,
  type Snapshot,
  type Target,
} from '../model/index.ts';
import { publishedHere } from '../settings/published.ts';
import { platformOf } from './platform.ts';
import type { StepTools } from './types.ts';

/** A provider that works on this computer, and why it was taken. */
interface Choice {
  readonly provider: ClusterProvider;
  readonly guarantees: Guarantees;
  readonly reasons: readonly Reason[];
}

/**
 * Decides where and how a plan is carried out: the provider that was named, or the first that works here; the builder
 * and the interpreters that go with it; the end. Needs consent before other people's code runs on this very computer.
 */
export async function chooseTarget(
  plan: Plan,
  detection: Detection,
  snapshot: Snapshot,
  answers: Answers,
  tools: StepTools,
  providers: readonly ClusterProvider[] = clusterProviders,
): Promise<Outcome<Target>> {
  const builders = new Set(providers.map((provider) => builderOf(provider.builder)));
  for (const spec of Object.values(plan.environments)) {
    const refusals = [...builders].map((builder) => builder.refusal(spec));
    if (refusals.every((refusal) => refusal !== undefined)) throw refusals[0];
  }
  const expiry = expiryOf(plan, answers, tools);
  const { provider, guarantees, reasons } = await chooseProvider(providers, answers, tools);
  if (!(await mayRun(provider, detection, snapshot, answers, tools))) {
    return { needs: [{ kind: 'consent', to: 'process', isolation: guarantees.isolation }] };
  }
  return {
    value: {
      schemaVersion: 1,
      provider: provider.id,
      builder: provider.builder,
      platform: await platformOf(tools),
      interpreters: await chooseInterpreters(plan, provider, tools),
      cost: { basis: 'free' },
      expiresAfterMinutes: expiry.minutes,
      ...guarantees,
      sourceBuilds: answers.consents?.includes('source-builds') ?? false,
      reasons: [...reasons, expiry.reason],
    },
  };
}

async function chooseProvider(
  providers: readonly ClusterProvider[],
  answers: Answers,
  tools: StepTools,
): Promise<Choice> {
  if (answers.provider !== undefined) {
    const provider = named(answers.provider, providers);
    const guarantees = await provider.check(tools);
    // Who names the first of all asks for what would be done anyway: it is the same target, with the same hash.
    const code = provider === providers[0] ? 'provider-first-that-works' : 'provider-named';
    return { provider, guarantees, reasons: [{ code, args: { provider: provider.id } }] };
  }
  const reasons: Reason[] = [];
  let failure: Failure | undefined;
  for (const provider of providers) {
    try {
      const guarantees = await provider.check(tools);
      reasons.push({ code: 'provider-first-that-works', args: { provider: provider.id } });
      return { provider, guarantees, reasons };
    } catch (error) {
      if (!isFailure(error) || error.code === 'interrupted') throw error;
      failure = error;
      reasons.push({ code: 'provider-unavailable', args: { provider: provider.id, why: error.message } });
    }
  }
  throw failure ?? new Error('no cluster provider is registered');
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

/**
 * Whether this may run here unasked: it was published from this computer (what it is built and prepared with too), or
 * the person named the provider or consented.
 */
async function mayRun(
  provider: ClusterProvider,
  detection: Detection,
  snapshot: Snapshot,
  answers: Answers,
  tools: StepTools,
): Promise<boolean> {
  if (answers.provider === provider.id || answers.consents?.includes('process')) return true;
  const { chosen } = detection;
  const foreign = chosen.kind === 'template' && chosen.origin === 'used-link' ? [chosen.snapshot] : [];
  const published = await publishedHere(tools.places);
  return [snapshot, ...foreign].every((one) => published.has(one.contentId));
}

/** When the cluster ends: as the person says, else as they set it for everything, else as the template has it. */
function expiryOf(plan: Plan, answers: Answers, tools: StepTools): { minutes: number; reason: Reason } {
  const { defaultMinutes, mostMinutes } = plan.expires;
  const asked = answers.expiresAfterMinutes;
  if (asked !== undefined && asked > mostMinutes) {
    throw new Failure(
      'expiry-too-long',
      `This environment may live for ${mostMinutes} minutes at most, not ${asked}.`,
      {
        hint: `Ask for ${mostMinutes} minutes or fewer; \`repo2vc clusters renew\` extends it later.`,
        args: { asked, most: mostMinutes },
      },
    );
  }
  const set = tools.settings.expiresAfterMinutes;
  const by = asked !== undefined ? 'answer' : set !== undefined ? 'settings' : 'plan';
  const minutes = asked ?? Math.min(set ?? defaultMinutes, mostMinutes);
  return { minutes, reason: { code: 'expiry-chosen', args: { by, minutes, most: mostMinutes } } };
}

async function chooseInterpreters(
  plan: Plan,
  provider: ClusterProvider,
  tools: StepTools,
): Promise<Record<string, Interpreter>> {
  const builder = builderOf(provider.builder);
  const chosen: Record<string, Interpreter> = {};
  for (const [name, spec] of Object.entries(plan.environments)) {
    chosen[name] = await builder.chooseInterpreter(name, spec, tools);
  }
  return chosen;
}
