import type { ClusterProvider } from '../../../repo2vc/src/clusters/types.ts';
import { dockerKit } from './docker.ts';
import { processKit } from './process.ts';
import type { ProviderKit } from './types.ts';

const kits: Readonly<Record<string, ProviderKit>> = { docker: dockerKit, process: processKit };

/** The kit of a provider: every one in the registry has one. */
export function kitOf({ id }: Pick<ClusterProvider, 'id'>): ProviderKit {
  const kit = kits[id];
  if (!kit) throw new Error(`The provider ${id} needs a kit in test/support/kits.`);
  return kit;
}

export type { ProviderKit } from './types.ts';
