import { dockerProvider } from './providers/docker/index.ts';
import { processProvider } from './providers/process/index.ts';
import type { ClusterProvider } from './types.ts';

/** The cluster providers, in the order in which they are considered. */
export const clusterProviders: readonly ClusterProvider[] = [dockerProvider, processProvider];
