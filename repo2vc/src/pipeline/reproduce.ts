import { observeCluster } from '../clusters/destroy.ts';
import { checkSecrets, isSecret } from '../environment-templates/parameters.ts';
import type {
  Answers,
  Detection,
  EnvironmentTemplate,
  ReproduceRequest,
  Session,
  Target,
} from '../model/index.ts';
import { addAnswers, forgetValues, loadValue, type Run, saveValue } from '../runs/folder.ts';
import { buildEnvironments } from './build.ts';
import { destroyCluster, providerOf } from './clusters.ts';
import { confirmation } from './confirm.ts';
import { detect } from './detect.ts';
import { fetchSnapshot } from './fetch.ts';
import { inject } from './inject.ts';
import { refuseLateAnswers } from './late-answers.ts';
import { makePlan } from './plan.ts';
import { prepare, wasPreparing } from './prepare.ts';
import { provision } from './provision.ts';
import { resolve } from './resolve.ts';
import { answered, type Stepper } from './stepper.ts';
import { chooseTarget } from './target.ts';
import type { StepTools } from './types.ts';
import { madeOnNodes, saved } from './values.ts';

/** What a reproduction is done with, beside its request. Secrets live in memory alone. */
export interface ReproduceInput {
  readonly run: Run;
  readonly answers: Answers;
  readonly secrets: ReadonlyMap<string, string>;
  readonly step: Stepper;
  readonly tools: StepTools;
}

/**
 * The main job: from a reference, as a person types it, to the experiment notebook open in its own environment.
 * Every step's value is saved before the next begins, so a run that was killed goes on where it was. Plan and target
 * are made again until the building has begun, because they follow the answers.
 */
export async function reproduce(request: ReproduceRequest, input: ReproduceInput): Promise<Target | Session> {
  const { run, answers, secrets, step, tools } = input;
  const reference = await step('resolve', saved.reference, () => resolve(request.reference, tools));
  const snapshot = await step('fetch', saved.snapshot, () => fetchSnapshot(reference, 'snapshot', tools));
  const detection = await step('detect', saved.detection, () => detect(snapshot, tools));
  await forgetOpenSecrets(run, detection, answers);
  const again = (await loadValue(run, saved.environments.name, saved.environments.parse)) === undefined;
  const plan = await step('plan', { ...saved.plan, again }, async () =>
    answered(makePlan(snapshot, detection, answers)),
  );
  const target = await step('target', { ...saved.target, again }, async () =>
    answered(await chooseTarget(plan, detection, snapshot, answersFor(request, answers), tools)),
  );
  if (request.until === 'target') return target;
  if (!again) refuseLateAnswers(plan, target, detection, answers);
  const confirmed = answered(confirmation(plan, target, answers));
  // From here on it is accepted for good: whoever resumes the run is not asked again.
  if (!answers.confirmed?.includes(confirmed)) await addAnswers(run, { confirmed: [confirmed] });
  if ((await loadValue(run, saved.prepared.name, saved.prepared.parse)) === undefined) {
    answered(checkSecrets(templateOf(detection), secrets));
  }
  const environments = await step('build', saved.environments, async () =>
    answered(await buildEnvironments(plan, target, tools)),
  );
  const cluster = await step('provision', { ...saved.cluster, again: true }, async () => {
    if (!(await isWhole(run, target, tools))) await leaveNodes(run, tools);
    return provision(plan, target, environments, run, tools);
  });
  await step('prepare', saved.prepared, () =>
    prepare({ plan, detection, target, environments, cluster, secrets }, tools),
  );
  return step('inject', saved.session, () =>
    inject({ plan, snapshot, detection, environments, cluster }, tools),
  );
}

/** Who only looks needs no consent: nothing will be run. What is shown, and its hash, are the same either way. */
function answersFor(request: ReproduceRequest, answers: Answers): Answers {
  if (request.until === undefined) return answers;
  return { ...answers, consents: [...(answers.consents ?? []), 'process'] };
}

/**
 * Gives up nodes of which some are lost, when anything was done on them already: it must be done again, from the
 * beginning, on nodes that nobody has touched. A person's work on them is brought home first.
 */
async function leaveNodes(run: Run, tools: StepTools): Promise<void> {
  const session = await loadValue(run, saved.session.name, saved.session.parse);
  if (session === undefined && !(await wasPreparing(run.folder))) return;
  await destroyCluster(run.id, { folder: run.folder }, tools);
  await forgetValues(run, madeOnNodes);
}

/** Whether every node is as it was left. */
async function isWhole(run: Run, target: Target, tools: StepTools): Promise<boolean> {
  const view = await observeCluster(run.id, providerOf(target.provider), tools);
  return view.phase === 'ready';
}

/** A secret that was given in the open is refused by the plan; here it is taken out of what is kept. */
async function forgetOpenSecrets(run: Run, detection: Detection, answers: Answers): Promise<void> {
  const parameters = templateOf(detection)?.parameters ?? {};
  const given = Object.entries(answers.parameters ?? {});
  const open = given.filter(([name]) => parameters[name] && isSecret(parameters[name]));
  if (open.length === 0) return;
  const kept = Object.fromEntries(given.filter((one) => !open.includes(one)));
  await saveValue(run, 'answers.json', { ...answers, parameters: kept }, 0o600);
}

function templateOf({ chosen }: Detection): EnvironmentTemplate | undefined {
  return chosen.kind === 'template' ? chosen.template : undefined;
}
