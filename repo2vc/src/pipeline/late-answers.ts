import { Failure } from '../failure.ts';
import { type Answers, canonicalJson, type Detection, type Plan, type Target } from '../model/index.ts';
import { answersOf, loadValue, type Run } from '../runs/folder.ts';
import { parametersOf } from './plan.ts';
import { saved } from './values.ts';

/**
 * Refuses answers that came when what they decide was built already, and that say something else: they would be passed
 * over in silence. Pure. Failure `answers-too-late`.
 */
export function refuseLateAnswers(plan: Plan, target: Target, detection: Detection, answers: Answers): void {
  const values = parametersOf(detection, answers);
  const late = [
    ['-p', 'value' in values && canonicalJson(values.value) !== canonicalJson(plan.parameters)],
    ['--provider', differs(answers.provider, target.provider)],
    ['--expires', differs(answers.expiresAfterMinutes, target.expiresAfterMinutes)],
  ] as const;
  const flags = late.flatMap(([flag, isLate]) => (isLate ? [flag] : []));
  if (flags.length === 0) return;
  throw new Failure('answers-too-late', `${flags.join(' and ')} came after the environment was built.`, {
    hint:
      flags.includes('-p') || flags.includes('--provider')
        ? 'Begin a new run with it: repo2vc reproduce. Or resume this one without it.'
        : 'Move the end of an environment with: repo2vc clusters renew',
    args: { flags },
  });
}

/** The same for answers that are about to be added to a run: so that they are not kept. */
export async function refuseLateAnswersTo(run: Run, more: Partial<Answers>): Promise<void> {
  const load = async <T>(value: { name: string; parse: (data: unknown, source: string) => T }) =>
    loadValue(run, value.name, value.parse);
  const [plan, target, detection] = [
    await load(saved.plan),
    await load(saved.target),
    await load(saved.detection),
  ];
  if (!plan || !target || !detection || (await load(saved.environments)) === undefined) return;
  const parameters = { ...(await answersOf(run)).parameters, ...more.parameters };
  refuseLateAnswers(plan, target, detection, { ...more, schemaVersion: 1, parameters });
}

function differs<T>(answer: T | undefined, chosen: T): boolean {
  return answer !== undefined && answer !== chosen;
}
