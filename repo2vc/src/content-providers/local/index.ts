import type { LocalReference } from '../../model/index.ts';
import type { ContentProvider } from '../types.ts';
import { claims } from './claims.ts';
import { fetch } from './fetch.ts';

/** A folder, or one notebook, of this computer. */
export const local: ContentProvider<LocalReference> = { id: 'local', claims, fetch };
