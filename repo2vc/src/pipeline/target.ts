import { clusterProviders } from '../clusters/registry.ts';
import type { ClusterProvider } from '../clusters/types.ts';
import { Failure } from '../failure.ts';
import type { Answers, Detection, Outcome, Plan, Reason, Snapshot, Target } from '../model/index.ts';
import { publishedHere } from '../settings/published.ts';
import { chooseProvider } from './targeting/choose.ts';
import type { StepTools } from './types.ts';

/**
 * Decides where and how a plan is carried out: the provider that was named, or the first that can carry it out here;
 * the builder and what it builds on; the end. Needs consent before other people's code runs where nothing keeps it
 * apart from this very computer.
 */
export async function chooseTarget(
  plan: Plan,
  detection: Detection,
  snapshot: Snapshot,
  answers: Answers,
  tools: StepTools,
  providers: readonly ClusterProvider[] = clusterProviders,
): Promise<Outcome<Target>> {
  const expiry = expiryOf(plan, answers, tools);
  const chosen = await chooseProvider(
    plan,
    answers.provider,
    providers,
    (provider) => mayRun(provider, detection, snapshot, answers, tools),
    tools,
  );
  if ('needs' in chosen) return chosen;
  const { provider, guarantees, platform, bases, reasons } = chosen.value;
  return {
    value: {
      schemaVersion: 1,
      provider: provider.id,
      builder: provider.builder,
      platform,
      bases,
      cost: { basis: 'free' },
      expiresAfterMinutes: expiry.minutes,
      ...guarantees,
      sourceBuilds: answers.consents?.includes('source-builds') ?? false,
      reasons: [...reasons, expiry.reason],
    },
  };
}

/**
 * Whether this may run there unasked: what runs there is kept apart; or it was published from this computer (what it is
 * built and prepared with too); or the person named the provider or consented.
 */
async function mayRun(
  provider: ClusterProvider,
  detection: Detection,
  snapshot: Snapshot,
  answers: Answers,
  tools: StepTools,
): Promise<boolean> {
  const { consent } = provider;
  if (consent === undefined || answers.provider === provider.id || answers.consents?.includes(consent)) {
    return true;
  }
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
