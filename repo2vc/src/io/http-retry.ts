import type { Clock } from '../context.ts';
import type { Emit } from '../events.ts';
import { isFailure } from '../failure.ts';
import { isLoopback } from './addresses.ts';

const tries = 4;

/** What a retry needs to know. */
export interface Retrying {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Whether the work may be done twice. */
  readonly idempotent: boolean;
}

/**
 * Does the work, again after a while when its failure may pass: at most four times without progress. A server's
 * Retry-After (RFC 9110, 10.2.3) is kept to, up to a minute. `progress` tells how far the work has come.
 */
export async function retrying<T>(
  retry: Retrying,
  work: () => Promise<T>,
  progress: () => number = () => 0,
): Promise<T> {
  let reached = progress();
  for (let failed = 1; ; failed++) {
    try {
      return await work();
    } catch (error) {
      if (progress() > reached) failed = 1;
      reached = Math.max(reached, progress());
      const seconds = failed < tries ? pause(error, failed, retry.idempotent) : undefined;
      if (seconds === undefined || !isFailure(error)) throw error;
      retry.emit({
        code: 'request-retried',
        args: { url: String(error.args.url), why: error.code, seconds },
      });
      await retry.clock.sleep(seconds * 1000, retry.signal);
    }
  }
}

/** How many seconds to wait before the next try, or undefined when there must be none. */
function pause(error: unknown, failed: number, idempotent: boolean): number | undefined {
  if (!isFailure(error) || !error.retryable) return undefined;
  const { status, retryAfter, origin } = error.args;
  // 429, and 503 with a time, say that nothing was done; everything else may have happened though no answer came.
  const notDone = status === 429 || (status === 503 && retryAfter !== undefined);
  if (!notDone && !idempotent) return undefined;
  // A server of this computer that is not there will not appear by waiting.
  if (
    error.code === 'connection-failed' &&
    error.args.refused &&
    isLoopback(new URL(String(origin)).hostname)
  ) {
    return undefined;
  }
  return Math.min(Math.max(Number(retryAfter ?? 0), 2 ** (failed - 1)), 60);
}

/** Seconds that a Retry-After header asks for, in either of its forms. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}
