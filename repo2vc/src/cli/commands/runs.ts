import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Failure, failureOrThrow, isFailure } from '../../failure.ts';
import type { Run } from '../../index.ts';
import { contextOf, type Host, type Screen } from '../host.ts';
import { unanswered } from '../needs.ts';
import { type CommonOptions, screenOf, secretsIn, secretsOf, withCommonOptions } from '../options.ts';
import { showResult } from '../render/result.ts';
import type { Seen } from '../render/run.ts';
import { moment, oneLine, stateText } from '../render/words.ts';
import { type AnswerOptions, answersFrom, detach, withAnswerOptions } from './reproduce.ts';

/** `repo2vc runs …` */
export function runsCommand(host: Host): Command {
  const runs = new Command('runs')
    .summary('list, show, watch, cancel and resume runs')
    .description('Runs: everything that was started, in the foreground or not.');
  const add = (command: Command) => runs.addCommand(withCommonOptions(command));
  const command = (name: string, says: string) => new Command(name).description(says);
  add(command('list', 'All runs, with their state.').action((options: CommonOptions) => list(host, options)));
  add(
    command('show', 'One run: state, steps, where it is open.')
      .argument('<id>')
      .option('--url', 'print the address of its notebook, token included')
      .action((id: string, options: ShowOptions) => show(id, options, host)),
  );
  add(
    command('attach', 'Watch a run that goes on in the background.')
      .argument('<id>')
      .action((id: string, options: CommonOptions) => attach(id, options, host)),
  );
  add(
    command('forward', 'Lead to a notebook whose containers run on another computer, until Ctrl-C.')
      .argument('<id>')
      .action((id: string, options: CommonOptions) => forward(id, options, host)),
  );
  add(
    command('cancel', 'Stop a run and take away what it made; changed files are brought home.')
      .argument('<id>')
      .action((id: string, options: CommonOptions) => cancel(id, options, host)),
  );
  add(
    withAnswerOptions(resumeCommand()).action((id: string, options: ResumeOptions) =>
      resumeRun(id, options, host),
    ),
  );
  return runs;
}

function resumeCommand(): Command {
  return new Command('resume')
    .description('Go on with a run that was interrupted, failed, or waits for an answer.')
    .argument('<id>')
    .option('--confirm <hash>', 'the hash of what was shown')
    .option('--yes', 'accept what is shown')
    .option('--detach', 'go on in the background')
    .option('--secrets-on-stdin', 'read secret parameters as one JSON object from standard input');
}

interface ShowOptions extends CommonOptions {
  readonly url?: boolean;
}

interface ResumeOptions extends AnswerOptions {
  readonly detach?: boolean;
  readonly secretsOnStdin?: boolean;
}

async function list(host: Host, options: CommonOptions): Promise<void> {
  const engine = await import('../../index.ts');
  const screen = screenOf(options, process);
  const rows = [];
  for (const run of await engine.listRuns(host.places)) {
    const request = await engine.requestOf(run).catch(() => undefined);
    if (!request) {
      rows.push({ id: run.id, kind: '-', state: 'unreadable', began: undefined, reference: run.folder });
      continue;
    }
    const reference = request.kind === 'reproduce' ? request.reference : request.folder;
    const began = (await engine.readEvents(run))[0]?.time;
    rows.push({ id: run.id, kind: request.kind, state: await engine.stateOf(run), began, reference });
  }
  if (screen.format === 'json') return screen.out(`${JSON.stringify({ runs: rows })}\n`);
  if (rows.length === 0) return screen.out('No runs yet. Begin with: repo2vc reproduce DOI\n');
  for (const row of rows) {
    const began = row.began ? moment(row.began) : '-'.padEnd(16);
    screen.out(
      `${row.id}  ${stateText(row.state).padEnd(11)}  ${row.kind.padEnd(9)}  ${began}  ${oneLine(row.reference)}\n`,
    );
  }
}

async function show(id: string, options: ShowOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { runText } = await import('../render/run.ts');
  const screen = screenOf(options, process);
  const run = await engine.openRun(host.places, id);
  if (options.url) {
    const url = await engine.sessionUrlOf(run);
    if (!(await isThere(run.id, host))) throw ended(run.id);
    return screen.out(`${url}\n`);
  }
  const shown = await engine.describeRun(run);
  if (screen.format === 'json') return screen.out(`${JSON.stringify(shown)}\n`);
  screen.out(runText(shown, shown.clusters.length === 0 ? 'ended' : await seenOf(run.id, host)));
}

async function forward(id: string, options: CommonOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const screen = screenOf(options, process);
  const run = await engine.openRun(host.places, id);
  if (!(await isThere(run.id, host))) throw ended(run.id);
  const url = await engine.sessionUrlOf(run);
  await engine.forwardSession(run, contextOf(host), ({ forwarded }) => {
    screen.out(`${url}\n`);
    screen.err(forwarded ? 'It answers until Ctrl-C.\n' : 'It answers here without this command too.\n');
  });
}

/** Whether the cluster of a run, which has its id, still runs; the Failure of whoever may have it and cannot be asked. */
async function isThere(id: string, host: Host): Promise<boolean> {
  const engine = await import('../../index.ts');
  try {
    const { phase } = await engine.showCluster(id, contextOf(host));
    return phase !== 'expired';
  } catch (error) {
    if (isFailure(error) && error.code === 'unknown-cluster') return false;
    throw error;
  }
}

/** The same for who only looks at the run. */
async function seenOf(id: string, host: Host): Promise<Seen> {
  try {
    return (await isThere(id, host)) ? 'there' : 'ended';
  } catch (error) {
    return failureOrThrow(error);
  }
}

function ended(id: string): Failure {
  return new Failure('session-ended', `The environment of run ${id} has ended, and its notebook with it.`, {
    hint: `See what it was with: repo2vc runs show ${id}`,
    args: { run: id },
  });
}

async function attach(id: string, options: CommonOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { rendererFor } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const run = await engine.openRun(host.places, id);
  const renderer = rendererFor(screen);
  const isOver = async () => !['running', 'new'].includes(await engine.stateOf(run));
  try {
    for await (const record of engine.followEvents(run, 0, isOver, host)) renderer.show(record);
  } finally {
    renderer.close();
  }
  host.signal.throwIfAborted();
  await showEnd(run, host, screen);
}

async function showEnd(run: Run, host: Host, screen: Screen): Promise<void> {
  const engine = await import('../../index.ts');
  const state = await engine.stateOf(run);
  if (state === 'finished') return showResult(engine, run, state, { host, screen });
  if (state === 'waiting') throw unanswered(await engine.needsOf(run), run.id);
  if (state === 'failed') throw await engine.failureOf(run);
  if (screen.format === 'json') return screen.out(`${JSON.stringify({ run: run.id, state })}\n`);
  const next = state === 'interrupted' ? ` Go on with: repo2vc runs resume ${run.id}` : '';
  screen.out(`Run ${run.id} is ${stateText(state)}.${next}\n`);
}

async function cancel(id: string, options: CommonOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { rendererFor } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const run = await engine.openRun(host.places, id);
  const { kind } = await engine.requestOf(run);
  const renderer = rendererFor(screen);
  const context = contextOf(host);
  try {
    await engine.cancelRun(
      run,
      engine.jobKinds({ secrets: new Map(), version: host.version })[kind],
      context,
      (record) => renderer.show(record),
    );
  } finally {
    renderer.close();
  }
  screen.out(
    screen.format === 'json'
      ? `${JSON.stringify({ run: run.id, state: 'canceled' })}\n`
      : `Run ${run.id} is cancelled; nothing of it runs any more. Its record stays in ${run.folder}\n`,
  );
}

async function resumeRun(id: string, options: ResumeOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { runInForeground } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const run = await engine.openRun(host.places, id);
  const { schemaVersion: _version, ...answers } = await answersFrom(options);
  await engine.refuseLateAnswersTo(run, answers);
  await engine.addAnswers(run, answers);
  const secrets = options.secretsOnStdin
    ? secretsIn(await text(process.stdin))
    : secretsOf(options.secretFile ?? []);
  if (options.detach) return detach(run.id, secrets, host, screen);
  const result = await runInForeground(engine, run, { host, screen, secrets });
  await showResult(engine, run, result.state, { host, screen });
}
