import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../io/files.ts';
import type { DepositRecord, UsedLink, UsedRecord } from '../../model/index.ts';
import { withMetadata } from '../../notebooks/with-metadata.ts';
import type { UsedEntity } from '../../provenance/ro-crate.ts';
import type { StepTools } from '../types.ts';
import type { Sources } from './sources.ts';

type Experiment = NonNullable<Sources['experiment']>;

/** The `used` links as they are published: every one names a record, and those that were checked its content. */
export function publishedLinks(experiment: Experiment, records: readonly DepositRecord[]): UsedRecord[] {
  const { usedTemplate } = experiment;
  return experiment.links.map((link) => {
    if ('path' in link) return linkTo(link, records);
    if (link.role === 'data' || !usedTemplate) return link;
    return { role: 'environment', doi: usedTemplate.doi, sha256: usedTemplate.contentId };
  });
}

function linkTo(link: Extract<UsedLink, { path: string }>, records: readonly DepositRecord[]): UsedRecord {
  const folder = link.path;
  const record = records.find((one) => one.folder === folder && one.role === link.role);
  if (record?.doi === undefined || record.contentId === undefined)
    throw new Error(`${folder} has no record yet`);
  const { role } = link;
  const { doi, contentId } = record;
  return { role, doi, sha256: contentId, ...(role === 'data' ? { into: folder } : {}) };
}

/** Writes the links into the staged copy of the notebook; its cells stay byte for byte. */
export async function writeLinks(
  experiment: Experiment,
  links: readonly UsedRecord[],
  tools: StepTools,
): Promise<void> {
  const path = join(tools.runFolder, experiment.staged, experiment.notebook);
  const text = await readFile(path, 'utf8');
  const changed = withMetadata(text, (metadata) => ({
    ...metadata,
    repo2vc: { schemaVersion: 1, kind: 'experiment', used: links },
  }));
  await writeFileAtomic(path, changed);
}

/** How the archive is told of the links: DataCite has no word for "used", so the nearest that machines read. */
export function relatedOf(links: readonly UsedRecord[]): DepositRecord['related'] {
  return links.flatMap(({ role, doi }): DepositRecord['related'] =>
    role === 'environment'
      ? [
          { relation: 'requires', doi, role },
          { relation: 'references', doi, role },
        ]
      : [{ relation: 'references', doi, role }],
  );
}

/** How the crate tells of the links. */
export function usedEntities(
  links: readonly UsedRecord[],
  experiment: Experiment,
  records: readonly DepositRecord[],
): UsedEntity[] {
  const titles = new Map(records.map((record) => [record.doi, record.title]));
  const { usedTemplate } = experiment;
  if (usedTemplate) titles.set(usedTemplate.doi, usedTemplate.title);
  return links.map(({ role, doi }) => {
    const title = titles.get(doi);
    return { role, doi, ...(title === undefined ? {} : { title }) };
  });
}
