import { clusterProviders } from '../clusters/registry.ts';
import type { ClusterProvider } from '../clusters/types.ts';
import type { Context } from '../context.ts';
import type { Finding } from '../model/index.ts';
import { examineArchives } from './examinations/archives.ts';
import { examineComputer } from './examinations/computer.ts';
import { examineWays } from './examinations/ways.ts';

/**
 * Examines this computer as a reproduction would meet it, and says for each finding what to run. Changes nothing, and
 * fails only when it is interrupted.
 */
export async function examine(
  context: Context,
  providers: readonly ClusterProvider[] = clusterProviders,
): Promise<readonly Finding[]> {
  const parts = [examineComputer(context), examineWays(providers, context), examineArchives(context)];
  return (await Promise.all(parts)).flat();
}
