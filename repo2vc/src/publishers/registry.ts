import { invenioRdm } from './invenio-rdm/publisher.ts';
import type { Publisher } from './types.ts';

/** The publisher of every archive: all that the settings can name are InvenioRDMs. */
export const publisher: Publisher = invenioRdm;
