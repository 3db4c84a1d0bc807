import type { Context } from '../context.ts';
import type { Answers, Deposit, PublishRequest, ReproduceRequest, RunRequest } from '../model/index.ts';
import { forgetValues, loadValue, type Run } from '../runs/folder.ts';
import { httpFor } from '../settings/client.ts';
import { localArchives } from '../settings/local-archives.ts';
import { loadSettings } from '../settings/settings.ts';
import { destroyCluster } from './clusters.ts';
import type { JobKind } from './job.ts';
import { loginAsNeed } from './login.ts';
import { discardDrafts, draftPublication, makePublic } from './publish.ts';
import { reproduce } from './reproduce.ts';
import { answered, stepperOf } from './stepper.ts';
import type { StepTools } from './types.ts';
import { madeOnNodes, saved } from './values.ts';

/** What jobs take from the command beside the run: secrets, which live in memory alone, and who asks archives. */
export interface JobInput {
  readonly secrets: ReadonlyMap<string, string>;
  readonly version: string;
}

/** The kinds of run there are, by the kind of their request. */
export function jobKinds(input: JobInput): Readonly<Record<RunRequest['kind'], JobKind>> {
  return { reproduce: reproduction(input), publish: publication(input) };
}

function reproduction(input: JobInput): JobKind {
  return {
    perform: async (request, run, answers, context) => {
      const { workingDirectory } = request as ReproduceRequest;
      const tools = await stepTools(run, workingDirectory, input, context);
      const given = { run, answers, secrets: input.secrets, step: stepperOf(run, tools), tools };
      const work = async () => ({ value: await reproduce(request as ReproduceRequest, given) });
      return answered(await loginAsNeed(work));
    },
    abandon: async (_request, run, context, after) => {
      // Going on failed, but the session that was there is still open: somebody may be at work in it.
      const session = await loadValue(run, saved.session.name, saved.session.parse);
      if (after === 'failure' && session !== undefined) return;
      await destroyCluster(run.id, { folder: run.folder }, context);
      await forgetValues(run, madeOnNodes);
    },
  };
}

function publication(input: JobInput): JobKind {
  return {
    perform: async (request, run, answers, context) =>
      publish(request as PublishRequest, answers, await stepTools(run, '/', input, context)),
    abandon: async (request, run, context, after) => {
      if (after === 'failure') return;
      await discardDrafts(request as PublishRequest, await stepTools(run, '/', input, context));
    },
  };
}

async function publish(request: PublishRequest, answers: Answers, tools: StepTools): Promise<Deposit> {
  const timed = async (step: 'draft' | 'publish', work: () => Promise<Deposit>): Promise<Deposit> => {
    const began = tools.clock.now().getTime();
    tools.emit({ code: 'step-started', args: { step } });
    const deposit = await work();
    const ms = tools.clock.now().getTime() - began;
    tools.emit({ code: 'step-finished', args: { step, ms, facts: saved.deposit.facts(deposit) } });
    return deposit;
  };
  const drafted = await timed('draft', async () => answered(await draftPublication(request, answers, tools)));
  return timed('publish', async () => answered(await makePublic(request, drafted, answers, tools)));
}

async function stepTools(
  run: Run,
  workingDirectory: string,
  input: JobInput,
  context: Context,
): Promise<StepTools> {
  const settings = await loadSettings(context.places, await localArchives(context.places));
  const http = httpFor(context, settings, input.version);
  return { ...context, http, settings, runFolder: run.folder, workingDirectory };
}
