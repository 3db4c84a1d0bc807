import { resolve } from 'node:path';
import { Command } from 'commander';
import { Failure } from '../../failure.ts';
import { contextOf, type Host } from '../host.ts';
import { type CommonOptions, screenOf, withCommonOptions } from '../options.ts';

/** `repo2vc archive serve` */
export function archiveCommand(host: Host): Command {
  const archive = new Command('archive')
    .summary('an archive of your own, on this computer: for teaching, closed networks and trying things out')
    .description('An archive of your own, in a folder: it speaks InvenioRDM’s interface, as Zenodo does.');
  archive.addCommand(
    withCommonOptions(
      new Command('serve')
        .description(
          'Serve the archive until Ctrl-C. DOIs begin with 10.5072, the prefix for tests, and resolve on this computer only.',
        )
        .requiredOption('--dir <folder>', 'where it keeps everything; made when it is not there')
        .option('--port <number>', 'default: the port it had before, else a free one'),
    ).action((options: ServeOptions) => serve(options, host)),
  );
  return archive;
}

interface ServeOptions extends CommonOptions {
  readonly dir: string;
  readonly port?: string;
}

async function serve(options: ServeOptions, host: Host): Promise<void> {
  const engine = await import('../../index.ts');
  const screen = screenOf(options, process);
  const context = contextOf(host);
  const directory = resolve(host.workingDirectory, options.dir);
  const running = await engine.openLocalArchive({ directory, context, ...portOf(options) });
  const { origin, doiPrefix, archiveId } = running;
  if (screen.format === 'json')
    screen.out(`${JSON.stringify({ origin, doiPrefix, archiveId, directory })}\n`);
  else {
    screen.out(`The archive in ${directory} is open at ${origin}\n`);
    screen.out(
      `  Publish to it:  repo2vc publish FOLDER --to local\n  Its DOIs begin with ${doiPrefix}\n  Ctrl-C ends it; everything stays in the folder.\n`,
    );
  }
  await new Promise((ended) => host.signal.addEventListener('abort', ended, { once: true }));
  await running.close();
}

function portOf(options: ServeOptions): { port?: number } {
  if (options.port === undefined) return {};
  const port = Number(options.port);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return { port };
  throw new Failure('usage', `“${options.port}” is not a port.`, {
    hint: 'Give a number from 1024 to 65535.',
  });
}
