import type { Caps } from '../io/copy-tree.ts';
import type { Settings } from '../model/index.ts';

/** How much one reference may bring, as configured. */
export function capsOf(settings: Settings): Caps {
  return {
    maxBytes: settings.download?.maxBytes ?? 50 * 1024 ** 3,
    maxFiles: settings.download?.maxFiles ?? 20_000,
  };
}
