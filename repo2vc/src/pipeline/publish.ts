import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '../failure.ts';
import type { Answers, Deposit, DepositRecord, Outcome, PublishRequest } from '../model/index.ts';
import { publisher } from '../publishers/registry.ts';
import type { PublishTools } from '../publishers/types.ts';
import { recordPublished } from '../settings/published.ts';
import { archiveFor } from '../settings/settings.ts';
import { loginAsNeed } from './login.ts';
import { type Drafting, fillDrafts, makeDrafts, planRecords } from './publish/drafts.ts';
import { loadDeposit, publicationHash, saveDeposit } from './publish/journal.ts';
import { describeSources, foldersOf } from './publish/metadata.ts';
import { readSources } from './publish/sources.ts';
import { checkSize } from './publish/stage.ts';
import type { StepTools } from './types.ts';

export { publicationHash } from './publish/journal.ts';

/**
 * Publishes a folder as far as the point of no return: an experiment with its environment template and data, each a
 * record of its own, or a template alone. Reads and checks everything here first, then makes drafts with reserved DOIs
 * that hold their files and metadata and to which the archive has no objection. Needs are what nobody told of a record,
 * and a login. Called again after any interruption it goes on from the run's deposit.json.
 */
export async function draftPublication(
  request: PublishRequest,
  answers: Answers,
  tools: StepTools,
): Promise<Outcome<Deposit>> {
  const before = await loadDeposit(tools.runFolder);
  if (before?.confirmed !== undefined) return { value: before };
  const publishTools = toolsFor(request, tools);
  return loginAsNeed(async () => {
    const sources = await readSources(request, publishTools);
    for (const folder of foldersOf(sources)) checkSize(folder, publisher.limits);
    const described = describeSources(sources, answers);
    if ('needs' in described) return described;
    const drafting: Drafting = { publisher, tools: publishTools, sources, ...described };
    const planned = await planRecords(before, drafting);
    await saveDeposit(tools.runFolder, planned);
    return { value: await fillDrafts(await makeDrafts(planned, drafting), drafting) };
  });
}

/**
 * Makes the drafts public, once the person has accepted exactly what they hold: data first, then the template, then
 * the experiment that names both. Called again after any interruption it goes on with what is not public yet.
 */
export async function makePublic(
  request: PublishRequest,
  drafted: Deposit,
  answers: Answers,
  tools: StepTools,
): Promise<Outcome<Deposit>> {
  const hash = publicationHash(drafted);
  const accepted =
    drafted.confirmed ?? (answers.confirmShown || answers.confirmed?.includes(hash) ? hash : undefined);
  if (accepted === undefined) return { needs: [{ kind: 'confirm', what: 'publication', hash }] };
  const publishTools = toolsFor(request, tools);
  let deposit: Deposit = { ...drafted, confirmed: accepted };
  await saveDeposit(tools.runFolder, deposit);
  return loginAsNeed(async () => {
    for (const record of deposit.records) {
      if (record.state === 'published') continue;
      const published = await publishOne(record, deposit, publishTools);
      deposit = { ...deposit, records: deposit.records.map((one) => (one === record ? published : one)) };
      await saveDeposit(tools.runFolder, deposit);
    }
    await rm(join(tools.runFolder, 'staging'), { recursive: true, force: true });
    return { value: deposit };
  });
}

/**
 * Throws away the drafts of a run that is not to be finished. What is public already stays: it cannot be taken back.
 */
export async function discardDrafts(request: PublishRequest, tools: StepTools): Promise<void> {
  const deposit = await loadDeposit(tools.runFolder);
  if (deposit) {
    const publishTools = toolsFor(request, tools);
    const drafts = deposit.records.filter((record) => record.state !== 'published');
    for (const record of drafts) await publisher.discard(record, publishTools);
    const records = deposit.records.filter((record) => record.state === 'published');
    const path = join(tools.runFolder, 'deposit.json');
    const { confirmed: _confirmed, ...rest } = deposit;
    if (records.length === 0) await rm(path, { force: true });
    else if (drafts.length > 0) await saveDeposit(tools.runFolder, { ...rest, records });
  }
  await rm(join(tools.runFolder, 'staging'), { recursive: true, force: true });
}

function toolsFor(request: PublishRequest, tools: StepTools): StepTools & PublishTools {
  return { ...tools, archive: archiveFor(tools.settings, request.archive) };
}

async function publishOne(
  record: DepositRecord,
  deposit: Deposit,
  tools: StepTools & PublishTools,
): Promise<DepositRecord> {
  const { role, doi = '', contentId = '', title } = record;
  const { page, conceptDoi } = await publisher.publish(record, tools).catch(async (error: unknown) => {
    // What the archive refuses can still be mended: the drafts are read again from the folder next time.
    const { confirmed: _confirmed, ...open } = deposit;
    if (isFailure(error) && error.code === 'draft-refused') await saveDeposit(tools.runFolder, open);
    throw error;
  });
  await recordPublished(tools.places, { contentId, doi, role, at: tools.clock.now().toISOString() });
  tools.emit({ code: 'record-published', args: { role, doi, page, title } });
  return { ...record, page, ...(conceptDoi === undefined ? {} : { conceptDoi }), state: 'published' };
}
