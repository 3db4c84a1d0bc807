import { Command } from 'commander';
import { contextOf, type Host } from '../host.ts';
import { type CommonOptions, screenOf, withCommonOptions } from '../options.ts';
import { safe } from '../render/words.ts';

/** `repo2vc init NOTEBOOK` */
export function initCommand(host: Host): Command {
  return withCommonOptions(
    new Command('init')
      .summary('describe the environment of a notebook: write its template, ready to edit')
      .description(
        'Write an environment template and the link to it for an existing notebook, ready to edit.\n' +
          'The notebook’s cells are not touched; files that are there are never overwritten.',
      )
      .argument('<notebook>', 'the experiment notebook'),
  ).action(async (notebook: string, options: CommonOptions) => {
    const engine = await import('../../index.ts');
    const screen = screenOf(options, process);
    const context = contextOf(host);
    const { written, missing } = await engine.init(
      notebook,
      { workingDirectory: host.workingDirectory },
      context,
    );
    if (screen.format === 'json') return screen.out(`${JSON.stringify({ written, missing })}\n`);
    screen.out(`Written:\n${written.map((path) => `  ${path}\n`).join('')}`);
    if (missing.length > 0)
      screen.out(
        `Not installed here, so its package and version are for you to add to requirements.txt: ${missing.map(safe).join(', ')}\n`,
      );
    screen.out('Read and edit them, then try it as a stranger would:\n  repo2vc reproduce .\n');
  });
}
