import { constants } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isArchive } from '../../io/archive-entries.ts';
import { codeOf, listFiles } from '../../io/files.ts';
import { unpackArchive } from '../../io/unpack.ts';
import { contentIdOf, type FileEntry, type InvenioRdmReference, type Snapshot } from '../../model/index.ts';
import { textAt } from '../../model/loose.ts';
import { capsOf } from '../caps.ts';
import type { ContentProvider, FetchTools } from '../types.ts';
import { claims, landing } from './claims.ts';
import { checkFiles, fetchFiles, type Incoming } from './files.ts';
import { crateName, linksOf } from './links.ts';
import { listRecordFiles, readRecord } from './record.ts';

/** Zenodo, and every other archive that runs InvenioRDM. */
export const invenioRdm: ContentProvider<InvenioRdmReference> = { id: 'invenio-rdm', claims, landing, fetch };

async function fetch(reference: InvenioRdmReference, folder: string, tools: FetchTools): Promise<Snapshot> {
  const record = await readRecord(reference, tools);
  const listed = await listRecordFiles(record, reference, tools);
  checkFiles(listed, record, tools);
  const incoming = { record, reference, files: listed, to: join(tools.runFolder, folder) };
  const { files, published } = await fetchOrUnpack(incoming, tools);
  const publishedAt = textAt(record.raw, 'metadata', 'publication_date');
  const licence = textAt(record.raw, 'metadata', 'rights', 0, 'id');
  return {
    schemaVersion: 1,
    reference,
    folder,
    contentId: contentIdOf(published ?? files),
    ...(record.title && { title: record.title }),
    ...(record.doi && { doi: record.doi }),
    ...(record.conceptDoi && { conceptDoi: record.conceptDoi }),
    ...(publishedAt && { publishedAt }),
    ...(licence && { licence }),
    files,
    ...(published && { published }),
    links: await linksOf(record.raw, incoming.to),
  };
}

/**
 * A record keeps no folders, so one that is a single archive (beside its RO-Crate) stands for what is in it, as
 * repo2docker has it too.
 */
async function fetchOrUnpack(
  incoming: Incoming,
  tools: FetchTools,
): Promise<{ files: FileEntry[]; published?: FileEntry[] }> {
  const [archive, ...others] = incoming.files.filter(({ key }) => key !== crateName);
  if (!archive || others.length > 0 || !isArchive(archive.key)) {
    return { files: await fetchFiles(incoming, tools) };
  }
  const { to } = incoming;
  const as = `${to}.published`;
  const published = await fetchFiles({ ...incoming, to: as }, tools);
  await rm(to, { recursive: true, force: true });
  const amount = await unpackArchive({
    archive: join(as, archive.key),
    name: archive.key,
    folder: to,
    caps: capsOf(tools.settings),
    signal: tools.signal,
  });
  tools.emit({ code: 'archive-unpacked', args: { file: archive.key, ...amount } });
  // The crate beside the archive is about the record; one inside, if there is one, is about the very same files.
  if (published.some(({ path }) => path === crateName)) {
    await copyFile(join(as, crateName), join(to, crateName), constants.COPYFILE_EXCL).catch(ignoreExisting);
  }
  await rm(as, { recursive: true, force: true });
  return { files: await listFiles(to), published };
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}
