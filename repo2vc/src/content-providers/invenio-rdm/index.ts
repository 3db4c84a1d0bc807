import { join } from 'node:path';
import { contentIdOf, type InvenioRdmReference, type Snapshot } from '../../model/index.ts';
import { textAt } from '../../model/loose.ts';
import type { ContentProvider, FetchTools } from '../types.ts';
import { claims, landing } from './claims.ts';
import { checkFiles, fetchFiles } from './files.ts';
import { linksOf } from './links.ts';
import { listRecordFiles, readRecord } from './record.ts';

/** Zenodo, and every other archive that runs InvenioRDM. */
export const invenioRdm: ContentProvider<InvenioRdmReference> = { id: 'invenio-rdm', claims, landing, fetch };

async function fetch(reference: InvenioRdmReference, folder: string, tools: FetchTools): Promise<Snapshot> {
  const record = await readRecord(reference, tools);
  const listed = await listRecordFiles(record, reference, tools);
  checkFiles(listed, record, tools);
  const to = join(tools.runFolder, folder);
  const files = await fetchFiles({ record, reference, files: listed, to }, tools);
  const publishedAt = textAt(record.raw, 'metadata', 'publication_date');
  const licence = textAt(record.raw, 'metadata', 'rights', 0, 'id');
  return {
    schemaVersion: 1,
    reference,
    folder,
    contentId: contentIdOf(files),
    ...(record.title && { title: record.title }),
    ...(record.doi && { doi: record.doi }),
    ...(record.conceptDoi && { conceptDoi: record.conceptDoi }),
    ...(publishedAt && { publishedAt }),
    ...(licence && { licence }),
    files,
    links: await linksOf(record.raw, to),
  };
}
