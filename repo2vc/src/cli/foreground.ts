import { isFailure } from '../failure.ts';
import type { EventRecord, JobResult, Need, Run } from '../index.ts';
import { type Ask, terminalAsk } from './ask.ts';
import { contextOf, type Engine, type Host, type Screen } from './host.ts';
import { askForAll, unanswered } from './needs.ts';
import { depositText } from './render/deposit.ts';
import { jsonRenderer } from './render/json-lines.ts';
import { onlyNews } from './render/news.ts';
import { plainRenderer, type Renderer } from './render/plain.ts';
import { planText } from './render/plan.ts';
import { terminalRenderer } from './render/terminal.ts';

/** The renderer that fits the screen. */
export function rendererFor(screen: Screen): Renderer {
  if (screen.format === 'json') return jsonRenderer(screen.err);
  return screen.format === 'terminal' ? terminalRenderer(screen, Date.now) : plainRenderer(screen.err);
}

/**
 * Does a run in this process until it is finished, asking at the terminal what it must know. Where nobody can be asked,
 * an open question is a Failure that names the flag which answers it. A run that ends with its target is for looking at
 * alone: nobody goes on with it.
 */
export async function runInForeground(
  engine: Engine,
  run: Run,
  input: { readonly host: Host; readonly screen: Screen; readonly secrets: Map<string, string> },
): Promise<Exclude<JobResult, { state: 'waiting' }>> {
  const { host, screen, secrets } = input;
  const ask = terminalAsk(process);
  const request = await engine.requestOf(run);
  const isKept = request.kind === 'publish' || request.until === undefined;
  const told = new Set<string>();
  for (;;) {
    const result = await runOnce(engine, run, { host, screen, secrets, told });
    if (result.state !== 'waiting') return result;
    if (!screen.interactive) throw unanswered(result.needs, isKept ? run.id : undefined);
    await takeAnswers(engine, run, result.needs, { host, secrets, ask }).catch((error: unknown) => {
      throw isFailure(error) && error.code === 'interrupted' ? engine.interruptedRun(run) : error;
    });
  }
}

async function runOnce(
  engine: Engine,
  run: Run,
  input: {
    readonly host: Host;
    readonly screen: Screen;
    readonly secrets: ReadonlyMap<string, string>;
    readonly told: Set<string>;
  },
): Promise<JobResult> {
  const { host, screen, secrets, told } = input;
  const all = rendererFor(screen);
  const renderer = screen.format === 'json' ? all : onlyNews(all, told);
  const shows: Promise<void>[] = [];
  const kinds = engine.jobKinds({ secrets, version: host.version });
  const { kind } = await engine.requestOf(run);
  const listener = (record: EventRecord) => {
    renderer.show(record);
    if (screen.format !== 'json') shows.push(showWhatIsConfirmed(engine, run, record, renderer));
  };
  try {
    return await engine.runJob(run, kinds[kind], contextOf(host), listener);
  } finally {
    await Promise.all(shows);
    renderer.close();
  }
}

/** Shows what a person says yes to, as soon as it is known and whether or not it will be asked. */
async function showWhatIsConfirmed(
  engine: Engine,
  run: Run,
  record: EventRecord,
  renderer: Renderer,
): Promise<void> {
  if (record.code !== 'step-finished') return;
  if (record.args.step === 'target') {
    const { plan, target, detection, hash } = await engine.planOf(run);
    renderer.print(planText(plan, target, detection, hash));
  }
  if (record.args.step === 'draft') {
    const deposit = await engine.depositOf(run);
    renderer.print(depositText(deposit, engine.publicationHash(deposit)));
  }
}

async function takeAnswers(
  engine: Engine,
  run: Run,
  needs: readonly Need[],
  input: { readonly host: Host; readonly secrets: Map<string, string>; readonly ask: Ask },
): Promise<void> {
  const answered = await askForAll(needs, run.id, input.ask);
  for (const [name, value] of answered.secrets) input.secrets.set(name, value);
  for (const [origin, token] of answered.tokens)
    await engine.saveCredential(input.host.places, origin, token);
  const { confirmShown } = await engine.answersOf(run); // this command's, still
  await engine.addAnswers(run, { ...answered.answers, ...(confirmShown ? { confirmShown } : {}) });
}
