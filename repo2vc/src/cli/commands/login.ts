import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { terminalAsk } from '../ask.ts';
import type { Host } from '../host.ts';
import { type CommonOptions, screenOf, withCommonOptions } from '../options.ts';

/** `repo2vc login ARCHIVE` */
export function loginCommand(host: Host): Command {
  return withCommonOptions(
    new Command('login')
      .summary('keep your access token for an archive')
      .description(
        'Keep your access token for an archive, in a file that only you can read. It is sent to that archive alone.',
      )
      .argument('<archive>', 'its name (zenodo, zenodo-sandbox, local) or its address'),
  ).action(async (archive: string, options: CommonOptions) => {
    const engine = await import('../../index.ts');
    const screen = screenOf(options, process);
    const { origin } = await engine.archiveNamed(host.places, archive);
    const token = process.stdin.isTTY
      ? await terminalAsk(process)(`Access token for ${origin} (it is not shown): `, { hidden: true })
      : await text(process.stdin);
    await engine.saveCredential(host.places, origin, token);
    screen.out(
      screen.format === 'json' ? `${JSON.stringify({ origin })}\n` : `Your token for ${origin} is kept.\n`,
    );
  });
}

/** `repo2vc logout ARCHIVE` */
export function logoutCommand(host: Host): Command {
  return withCommonOptions(
    new Command('logout')
      .summary('forget your access token for an archive')
      .description('Remove your access token for an archive from this computer.')
      .argument('<archive>', 'its name or its address'),
  ).action(async (archive: string, options: CommonOptions) => {
    const engine = await import('../../index.ts');
    const screen = screenOf(options, process);
    const { origin } = await engine.archiveNamed(host.places, archive);
    await engine.removeCredential(host.places, origin);
    screen.out(
      screen.format === 'json'
        ? `${JSON.stringify({ origin })}\n`
        : `Your token for ${origin} is forgotten here. Revoke it there, too.\n`,
    );
  });
}
