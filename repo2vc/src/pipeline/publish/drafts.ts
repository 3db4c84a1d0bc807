import { canonicalJson, contentIdOf, type Deposit, type DepositRecord } from '../../model/index.ts';
import type { Publisher, PublishTools } from '../../publishers/types.ts';
import type { StepTools } from '../types.ts';
import { saveDeposit } from './journal.ts';
import { publishedLinks, relatedOf, usedEntities, writeLinks } from './links.ts';
import type { Description } from './metadata.ts';
import type { Sources } from './sources.ts';
import { type Staged, stage } from './stage.ts';

type Fresh = Pick<DepositRecord, 'nonce' | 'date' | 'files' | 'related' | 'description'>;

/** What the drafts are made with. */
export interface Drafting {
  readonly publisher: Publisher;
  readonly tools: StepTools & PublishTools;
  readonly sources: Sources;
  readonly descriptions: readonly Description[];
}

/**
 * Takes up what an earlier attempt has made, and plans what is missing. What is public stays as it is; a draft whose
 * folder is no longer published is thrown away.
 */
export async function planRecords(
  before: Deposit | undefined,
  { publisher, tools, descriptions }: Drafting,
): Promise<Deposit> {
  const old = before?.records ?? [];
  const records = descriptions.map((description): DepositRecord => {
    const { source: _source, ...told } = description;
    const known = old.find((one) => one.role === told.role && one.folder === told.folder);
    if (known?.state === 'published') return known;
    const fresh: Fresh = { nonce: tools.random(12), date: today(tools), files: [], related: [] };
    const { description: _old, ...progress } = known ?? fresh;
    const same = known !== undefined && canonicalJson(told) === canonicalJson(toldBy(known));
    return { ...progress, ...told, state: same ? known.state : 'planned' };
  });
  const kept = new Set(records.map((record) => record.nonce));
  for (const gone of old) {
    if (!kept.has(gone.nonce) && gone.state !== 'published') await publisher.discard(gone, tools);
  }
  return { schemaVersion: 1, archive: tools.archive.origin, records };
}

function today({ clock }: StepTools): string {
  return clock.now().toISOString().slice(0, 10);
}

function toldBy({ role, folder, title, creators, licence, description }: DepositRecord): object {
  return { role, folder, title, creators, licence, ...(description === undefined ? {} : { description }) };
}

/** Makes the drafts that are missing, each with its reserved DOI. */
export async function makeDrafts(deposit: Deposit, { publisher, tools }: Drafting): Promise<Deposit> {
  let current = deposit;
  for (const record of deposit.records) {
    if (record.state === 'published') continue;
    const draft = await publisher.createDraft(record, tools);
    const { role, title } = record;
    if (draft.recordId === record.recordId) continue;
    current = replaceRecord(current, { ...record, ...draft, state: 'draft' });
    await saveDeposit(tools.runFolder, current);
    tools.emit({ code: 'draft-created', args: { role, doi: draft.doi, title } });
  }
  return current;
}

/** Makes every draft hold its files and its metadata; what an earlier attempt has done already stays. */
export async function fillDrafts(deposit: Deposit, drafting: Drafting): Promise<Deposit> {
  const { publisher, tools } = drafting;
  let current = deposit;
  const save = async (record: DepositRecord) => {
    current = replaceRecord(current, record);
    await saveDeposit(tools.runFolder, current);
  };
  for (const before of deposit.records) {
    if (before.state === 'published') continue;
    const { staged, record } = await stageRecord(before, current, drafting);
    await save(record);
    if (record.state === 'draft') {
      await publisher.upload(record, staged.uploads, tools);
      await save({ ...record, state: 'uploaded' });
    }
    if (record.state !== 'validated') {
      await publisher.describe(record, tools);
      await save({ ...record, state: 'validated' });
    }
    tools.emit({ code: 'draft-validated', args: { role: record.role, doi: record.doi ?? '' } });
  }
  return current;
}

async function stageRecord(
  before: DepositRecord,
  deposit: Deposit,
  { publisher, tools, sources, descriptions }: Drafting,
): Promise<{ staged: Staged; record: DepositRecord }> {
  const description = descriptions.find(
    ({ role, folder }) => role === before.role && folder === before.folder,
  );
  if (!description) throw new Error(`${before.folder} was not read`);
  const { experiment } = before.role === 'experiment' ? sources : {};
  const links = experiment ? publishedLinks(experiment, deposit.records) : [];
  if (experiment) await writeLinks(experiment, links, tools);
  const used = experiment ? usedEntities(links, experiment, deposit.records) : [];
  const { source } = description;
  const staged = await stage({ source, record: before, used, limits: publisher.limits }, tools);
  const { files, preview } = staged;
  const related = relatedOf(links);
  const unchanged = canonicalJson([files, related]) === canonicalJson([before.files, before.related]);
  const { preview: _old, ...rest } = before;
  const contentId = contentIdOf(files.map(({ key, sha256 }) => ({ path: key, sha256 })));
  const state = unchanged && before.state !== 'planned' ? before.state : 'draft';
  const record = { ...rest, files, related, contentId, state, ...(preview === undefined ? {} : { preview }) };
  return { staged, record };
}

function replaceRecord(deposit: Deposit, record: DepositRecord): Deposit {
  const records = deposit.records.map((one) => (one.nonce === record.nonce ? record : one));
  return { ...deposit, records };
}
