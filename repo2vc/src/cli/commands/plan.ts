import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { interrupted, isFailure } from '../../failure.ts';
import { shellWord } from '../../model/shell-word.ts';
import { contextOf, type Host } from '../host.ts';
import { screenOf, secretsOf, withCommonOptions } from '../options.ts';
import { type AnswerOptions, answersFrom, withAnswerOptions } from './reproduce.ts';

/** `repo2vc plan REF` */
export function planCommand(host: Host): Command {
  const command = new Command('plan')
    .summary('show what reproducing would build and run, and why; build nothing')
    .description(
      'Show what reproducing an experiment would build and run, why, where, and until when. Builds nothing.',
    )
    .argument('<ref>', 'DOI, address, folder or notebook')
    .option('--json', 'print the plan itself, as JSON');
  return withCommonOptions(withAnswerOptions(command)).action(async (ref: string, options: PlanOptions) => {
    await plan(ref, options, host);
  });
}

interface PlanOptions extends AnswerOptions {
  readonly json?: boolean;
}

async function plan(reference: string, options: PlanOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { runInForeground } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const { workingDirectory } = host;
  const run = await engine.createRun(
    { schemaVersion: 1, kind: 'reproduce', reference, workingDirectory, until: 'target' },
    await answersFrom(options),
    contextOf(host),
  );
  try {
    await runInForeground(engine, run, { host, screen, secrets: secretsOf(options.secretFile ?? []) });
    const shown = await engine.planOf(run);
    if (options.json || screen.format === 'json') screen.out(engine.canonicalJson(shown.plan));
    else {
      const answers = typedAnswers(options);
      screen.out(
        `Carry it out:  repo2vc reproduce ${shellWord(reference)}${answers} --confirm ${shown.hash}\n`,
      );
    }
  } catch (error) {
    // Nothing of it is kept, so there is nothing to go on with.
    throw isFailure(error) && error.code === 'interrupted' ? interrupted() : error;
  } finally {
    await rm(run.folder, { recursive: true, force: true });
  }
}

/** The options that made this plan what it is, to be typed again. */
function typedAnswers(options: PlanOptions): string {
  const { param = [], params, secretFile = [], provider, expires, allowSourceBuilds } = options;
  const words = [
    ...param.flatMap((pair) => ['-p', pair]),
    ...(params === undefined ? [] : ['--params', params]),
    ...secretFile.flatMap((pair) => ['--secret-file', pair]),
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(expires === undefined ? [] : ['--expires', expires]),
    ...(allowSourceBuilds ? ['--allow-source-builds'] : []),
  ];
  return words.map((word) => ` ${shellWord(word)}`).join('');
}
