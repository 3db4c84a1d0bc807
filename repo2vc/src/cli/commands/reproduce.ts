import { spawn } from 'node:child_process';
import { Command } from 'commander';
import type { Answers } from '../../model/index.ts';
import { contextOf, type Host, type Screen } from '../host.ts';
import {
  type CommonOptions,
  collect,
  confirmedHash,
  minutesOf,
  pairs,
  screenOf,
  secretsOf,
  withCommonOptions,
} from '../options.ts';
import { showResult } from '../render/result.ts';

/** Options by which a person answers a reproduction's questions beforehand. */
export interface AnswerOptions extends CommonOptions {
  readonly param?: readonly string[];
  readonly params?: string;
  readonly secretFile?: readonly string[];
  readonly provider?: string;
  readonly expires?: string;
  readonly allowSourceBuilds?: boolean;
  readonly confirm?: string;
  readonly yes?: boolean;
}

/** Adds the options that answer questions; `plan`, `reproduce` and `runs resume` share them. */
export function withAnswerOptions(command: Command): Command {
  return command
    .option('-p, --param <name=value>', 'a parameter of the environment template (repeatable)', collect)
    .option('--params <file>', 'parameters from a YAML file')
    .option('--secret-file <name=file>', 'a secret parameter, read from a file (repeatable)', collect)
    .option('--provider <name>', 'where to run; naming “process” is consent to run the code on this computer')
    .option('--expires <time>', 'when the environment ends by itself: 90m, 8h, 2d')
    .option('--allow-source-builds', 'let packages without wheels be built, which runs their authors’ code');
}

/** `repo2vc reproduce REF` */
export function reproduceCommand(host: Host): Command {
  const command = new Command('reproduce')
    .summary('rebuild the environment of an experiment and open its notebook in it')
    .description(
      'Rebuild the environment of a published experiment and open its notebook in it.\n' +
        'REF is a DOI, the address of a record or a git repository (address@ref), a folder or a notebook.',
    )
    .argument('<ref>', 'DOI, address, folder or notebook')
    .option('--confirm <hash>', 'carry out exactly the plan that `repo2vc plan` showed with this hash')
    .option('--yes', 'accept the plan that this command shows')
    .option('--detach', 'do it in the background; watch it with `repo2vc runs attach`');
  return withCommonOptions(withAnswerOptions(command)).action(
    async (ref: string, options: ReproduceOptions) => {
      await reproduce(ref, options, host);
    },
  );
}

interface ReproduceOptions extends AnswerOptions {
  readonly detach?: boolean;
}

async function reproduce(reference: string, options: ReproduceOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const { runInForeground } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const { workingDirectory } = host;
  const answers = await answersFrom(options);
  const secrets = secretsOf(options.secretFile ?? []);
  const context = contextOf(host);
  const run = await engine.createRun(
    { schemaVersion: 1, kind: 'reproduce', reference, workingDirectory },
    answers,
    context,
  );
  if (options.detach) return detach(run.id, secrets, host, screen);
  const result = await runInForeground(engine, run, { host, screen, secrets });
  await showResult(engine, run, result.state, { host, screen });
}

/** The answers that the options hold. */
export async function answersFrom(options: AnswerOptions): Promise<Answers> {
  const { readParameterFile } = await import('../parameter-file.ts');
  const fromFile = options.params === undefined ? {} : await readParameterFile(options.params);
  return {
    schemaVersion: 1,
    parameters: { ...fromFile, ...pairs(options.param ?? [], '-p') },
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(options.expires === undefined ? {} : { expiresAfterMinutes: minutesOf(options.expires) }),
    ...(options.allowSourceBuilds ? { consents: ['source-builds'] } : {}),
    ...(options.confirm === undefined ? {} : { confirmed: [confirmedHash(options.confirm)] }),
    ...(options.yes ? { confirmShown: true } : {}),
  };
}

/**
 * Starts the run in a process of its own, which goes on with what this command said. Secrets pass through a pipe:
 * neither arguments nor environment hold them.
 */
export async function detach(
  id: string,
  secrets: ReadonlyMap<string, string>,
  host: Host,
  screen: Screen,
): Promise<void> {
  const engine = await import('../../index.ts');
  const { confirmShown } = await engine.answersOf(await engine.openRun(host.places, id));
  const words = ['runs', 'resume', id, '--secrets-on-stdin', '--log-format', 'json'];
  const child = spawn(process.execPath, [host.script, ...words, ...(confirmShown ? ['--yes'] : [])], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: host.environment as NodeJS.ProcessEnv,
    cwd: host.workingDirectory,
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdin.end(JSON.stringify(Object.fromEntries(secrets)), () => resolve(undefined));
  });
  child.unref();
  if (screen.format === 'json') return screen.out(`${JSON.stringify({ run: id })}\n`);
  screen.out(
    `Run ${id} goes on in the background.\n  Watch it:  repo2vc runs attach ${id}\n  Stop it:   repo2vc runs cancel ${id}\n`,
  );
}
