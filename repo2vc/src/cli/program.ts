import { Command } from 'commander';
import { archiveCommand } from './commands/archive.ts';
import { clustersCommand } from './commands/clusters.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initCommand } from './commands/init.ts';
import { loginCommand, logoutCommand } from './commands/login.ts';
import { planCommand } from './commands/plan.ts';
import { publishCommand } from './commands/publish.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { runsCommand } from './commands/runs.ts';
import type { Host } from './host.ts';

const tour = `
Reproduce somebody's experiment
  repo2vc plan 10.5281/zenodo.1234567        see what would be built, and why
  repo2vc reproduce 10.5281/zenodo.1234567   build it, and open the notebook in it
  repo2vc clusters destroy ID                end it; what you changed is brought home first

Publish your own
  repo2vc init analysis.ipynb                describe the environment of a notebook
  repo2vc reproduce .                        try it as a stranger would
  repo2vc publish . --to zenodo-sandbox      drafts with DOIs first, public when you confirm

Try all of it without an account
  repo2vc archive serve --dir ./archive      an archive of your own, on this computer

Exit codes: 0 ok, 1 failed, 2 wrong usage or a question that nobody answered, 75 try again later, 130 interrupted.`;

/** The whole command line. Commands do their work through the engine's public interface, loaded when one runs. */
export function program(host: Host): Command {
  const command = new Command('repo2vc')
    .description('Publish and reproduce experiments together with the environment they ran in.')
    .version(host.version, '-V, --version', 'print the version')
    .helpCommand(false)
    .showHelpAfterError('Try: repo2vc --help')
    .addHelpText('after', tour)
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
  const all = [
    reproduceCommand(host),
    planCommand(host),
    runsCommand(host),
    clustersCommand(host),
    initCommand(host),
    publishCommand(host),
    archiveCommand(host),
    loginCommand(host),
    logoutCommand(host),
    doctorCommand(host),
  ];
  for (const one of all) command.addCommand(inherit(one));
  return command;
}

/** Commander's settings do not pass down to commands that were made apart. */
function inherit(command: Command): Command {
  command.exitOverride().showHelpAfterError(`Try: repo2vc ${command.name()} --help`).helpCommand(false);
  for (const inner of command.commands) inherit(inner as Command);
  return command;
}
