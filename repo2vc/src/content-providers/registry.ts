import { git } from './git/index.ts';
import { invenioRdm } from './invenio-rdm/index.ts';
import { local } from './local/index.ts';
import type { ContentProvider } from './types.ts';

/** Every place that content comes from, in the order in which they are asked whether a text is theirs. */
export const contentProviders: readonly ContentProvider[] = [invenioRdm, git, local];
