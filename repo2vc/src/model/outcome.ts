import type { Need } from '../generated/types.ts';

/** A step either gives its value or says what it must know first. The engine never prompts. */
export type Outcome<T> = { readonly value: T } | { readonly needs: readonly Need[] };
