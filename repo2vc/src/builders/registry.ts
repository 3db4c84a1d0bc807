import { prefixBuilder } from './prefix/index.ts';
import type { Builder } from './types.ts';

/** Every way to make an environment real. */
export const builders: readonly Builder[] = [prefixBuilder];

/** The builder that a cluster provider asks for. */
export function builderOf(id: Builder['id']): Builder {
  const builder = builders.find((one) => one.id === id);
  if (!builder) throw new Error(`no builder is called ${id}`);
  return builder;
}
