import pc from 'picocolors';
import type { Places } from '../../context.ts';
import { isFailure } from '../../failure.ts';
import type { Screen } from '../host.ts';
import { safe, withSettingsPath } from './words.ts';

/** Shows anything that was thrown: what happened, what to do next, and its code. What is not a Failure is our fault. */
export function showFailure(error: unknown, screen: Screen, places: Places): void {
  if (screen.format === 'json') return screen.err(`${JSON.stringify({ failure: failureValue(error) })}\n`);
  const colour = pc.createColors(screen.colour);
  if (!isFailure(error)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    screen.err(`${colour.red('✗')} This is a fault of repo2vc, not yours.\n${safe(trace)}\n`);
    return screen.err('  Please report it with the lines above.\n');
  }
  screen.err(`${colour.red('✗')} ${lines(error.message)} ${colour.dim(`[${error.code}]`)}\n`);
  if (error.hint) screen.err(`  ${colour.bold('→')} ${lines(withSettingsPath(error.hint, places))}\n`);
  else if (error.retryable) screen.err(`  ${colour.bold('→')} Trying again later may help.\n`);
}

function lines(text: string): string {
  return text.split('\n').map(safe).join('\n    ');
}

/** A failure as a plain value, for machines. */
export function failureValue(error: unknown): Record<string, unknown> {
  if (!isFailure(error)) return { code: 'internal', message: String(error), retryable: false };
  const { code, message, hint, retryable, args } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }), retryable, args };
}
