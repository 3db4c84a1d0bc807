import { resolve } from 'node:path';
import { Command } from 'commander';
import { Failure } from '../../failure.ts';
import type { Answers, Creator, PublishRequest } from '../../model/index.ts';
import { contextOf, type Engine, type Host } from '../host.ts';
import { type CommonOptions, collect, confirmedHash, screenOf, withCommonOptions } from '../options.ts';
import { showResult } from '../render/result.ts';

interface PublishOptions extends CommonOptions {
  readonly to: string;
  readonly environment?: string;
  readonly confirm?: string;
  readonly yes?: boolean;
  readonly title?: string;
  readonly licence?: string;
  readonly creator?: readonly string[];
}

/** `repo2vc publish FOLDER --to ARCHIVE` */
export function publishCommand(host: Host): Command {
  return withCommonOptions(
    new Command('publish')
      .summary('publish an experiment and its environment template, each with a DOI, linked')
      .description(
        'Publish the experiment in FOLDER, and the environment template and data that it links to, each with a DOI.\n' +
          'First come drafts with reserved DOIs, and a listing of what would become public; nothing is public until ' +
          'you confirm that listing.',
      )
      .argument('<folder>', 'the folder of the experiment notebook')
      .requiredOption('--to <archive>', 'its name (zenodo, zenodo-sandbox, local) or its address')
      .option('--environment <doi>', 'publish the notebook alone, on this published environment template')
      .option('--title <text>', 'where no CITATION.cff tells it')
      .option(
        '--creator <name>',
        '“Family name, Given name [ORCID]” (repeatable), where no CITATION.cff tells it',
        collect,
      )
      .option('--licence <spdx>', 'where no CITATION.cff tells it')
      .option('--confirm <hash>', 'make public exactly what was shown with this hash')
      .option('--yes', 'make public what this command shows'),
  ).action((folder: string, options: PublishOptions) => publish(folder, options, host));
}

async function publish(folder: string, options: PublishOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { runInForeground } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const request: PublishRequest = {
    schemaVersion: 1,
    kind: 'publish',
    folder: resolve(host.workingDirectory, folder),
    archive: options.to,
    ...(options.environment === undefined ? {} : { environment: doi(options.environment, engine) }),
  };
  const answers = answersOf(options);
  await engine.archiveNamed(host.places, options.to); // a mistyped name is told before there is a run
  const run = await engine.unfinishedPublication(host.places, request);
  if (run) await engine.addAnswers(run, answers);
  const current = run ?? (await engine.createRun(request, answers, contextOf(host)));
  const result = await runInForeground(engine, current, { host, screen, secrets: new Map() });
  await showResult(engine, current, result.state, { host, screen });
}

function doi(text: string, engine: Engine): string {
  const read = engine.doiOf(text);
  if (read) return read;
  throw new Failure('malformed-reference', `“${text}” is not a DOI.`, {
    hint: 'A DOI begins with 10. and has a slash: 10.5281/zenodo.1234567',
  });
}

function answersOf(options: PublishOptions): Answers {
  return {
    schemaVersion: 1,
    ...(options.title === undefined ? {} : { title: options.title }),
    ...(options.licence === undefined ? {} : { licence: options.licence }),
    ...(options.creator === undefined ? {} : { creators: options.creator.map(creatorOf) }),
    ...(options.confirm === undefined ? {} : { confirmed: [confirmedHash(options.confirm)] }),
    ...(options.yes ? { confirmShown: true } : {}),
  };
}

function creatorOf(text: string): Creator {
  const match = /^([^,[\]]+)(?:,\s*([^[\]]+?))?\s*(?:\[(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\])?$/.exec(text.trim());
  if (!match?.[1]) {
    throw new Failure('usage', `“${text}” is not a name.`, {
      hint: 'Write it as: --creator "Curie, Marie [0000-0002-1825-0097]"',
    });
  }
  const [, familyName, givenName, orcid] = match;
  return { familyName: familyName.trim(), ...(givenName ? { givenName } : {}), ...(orcid ? { orcid } : {}) };
}
