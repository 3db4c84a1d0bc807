import { imageBuilder } from './image/index.ts';
import { prefixBuilder } from './prefix/index.ts';
import type { Builder } from './types.ts';

/** Every way to make an environment real. */
export const builders: readonly Builder[] = [prefixBuilder, imageBuilder];

/** The builder that a cluster provider or a saved target names. */
export function builderOf(id: string): Builder {
  const builder = builders.find((one) => one.id === id);
  if (!builder) throw new Error(`no builder is called ${id}`);
  return builder;
}
