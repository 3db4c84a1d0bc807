import { contentProviders } from '../content-providers/registry.ts';
import type { FetchTools } from '../content-providers/types.ts';
import type { Reference, Snapshot } from '../model/index.ts';

/**
 * Fetches what a reference stands for into a folder of the run (relative to it), verified. Called again after an
 * interruption it goes on where it stopped.
 */
export async function fetchSnapshot(
  reference: Reference,
  folder: string,
  tools: FetchTools,
): Promise<Snapshot> {
  const provider = contentProviders.find(({ id }) => id === reference.kind);
  if (!provider) throw new Error(`no content provider reads ${reference.kind}`);
  return provider.fetch(reference, folder, tools);
}
