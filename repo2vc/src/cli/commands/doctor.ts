import { Command } from 'commander';
import pc from 'picocolors';
import { Failure } from '../../failure.ts';
import { contextOf, type Host } from '../host.ts';
import { type CommonOptions, screenOf, withCommonOptions } from '../options.ts';
import { safe, withSettingsPath } from '../render/words.ts';

/** `repo2vc doctor` */
export function doctorCommand(host: Host): Command {
  return withCommonOptions(
    new Command('doctor')
      .summary('check this computer, and say what to run for whatever is missing')
      .description('Check this computer, and say what to run for whatever is missing.'),
  ).action(async (options: CommonOptions) => {
    const engine = await import('../../index.ts');
    const screen = screenOf(options, process);
    const findings = await engine.examine(contextOf(host));
    const problems = findings.filter((finding) => finding.state === 'problem');
    if (screen.format === 'json') screen.out(`${JSON.stringify({ findings })}\n`);
    else {
      const colour = pc.createColors(screen.colour);
      const marks = { ok: colour.green('✓'), note: colour.yellow('•'), problem: colour.red('✗') };
      for (const { topic, state, message, remedy } of findings) {
        screen.out(`${marks[state]} ${topic.padEnd(16)} ${safe(message)}\n`);
        if (remedy) screen.out(`  ${''.padEnd(16)} → ${safe(withSettingsPath(remedy, host.places))}\n`);
      }
    }
    if (problems.length > 0) {
      throw new Failure(
        'not-ready',
        `This computer lacks ${problems.length === 1 ? 'one thing' : `${problems.length} things`}.`,
        {
          hint: 'Run what stands beside each ✗, then: repo2vc doctor',
        },
      );
    }
  });
}
