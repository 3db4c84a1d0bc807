import type { ArchiveSetting } from '../model/index.ts';
import { invenioRdm } from './invenio-rdm/publisher.ts';
import type { Publisher } from './types.ts';

/** All publishers. */
export const publishers: readonly Publisher[] = [invenioRdm];

/** The publisher for an archive: every archive that the settings can name is an InvenioRDM. */
export function publisherOf(_archive: ArchiveSetting): Publisher {
  return invenioRdm;
}
