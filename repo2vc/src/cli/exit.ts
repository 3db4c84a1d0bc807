import { isFailure } from '../failure.ts';

/** What the shell is told. Documented in `repo2vc --help`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, tryAgain: 75, interrupted: 130 } as const;

const usageCodes = new Set([
  'usage',
  'needs-answer',
  'malformed-reference',
  'secret-in-reference',
  'unknown-run',
  'unknown-cluster',
  'unknown-archive',
  'unknown-provider',
  'expiry-too-long',
  'invalid-answer',
  'invalid-parameter',
  'invalid-token',
]);

/** The exit code for anything that was thrown. */
export function exitCodeOf(error: unknown): number {
  if (!isFailure(error)) return exitCodes.failed;
  if (error.code === 'interrupted') return exitCodes.interrupted;
  if (usageCodes.has(error.code)) return exitCodes.usage;
  return error.retryable ? exitCodes.tryAgain : exitCodes.failed;
}
