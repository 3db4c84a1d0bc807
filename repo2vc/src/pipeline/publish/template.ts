import { Failure } from '../../failure.ts';
import type { EnvironmentTemplate, Snapshot, UsedRecord } from '../../model/index.ts';
import { describeTemplate } from '../detection/describe-template.ts';
import { ambiguousTemplate, findTemplates } from '../detection/find-templates.ts';
import { follow } from '../detection/follow.ts';
import { openSnapshot } from '../detection/snapshot-files.ts';
import { fetchSnapshot } from '../fetch.ts';
import { environmentsOf } from '../planning/environments.ts';
import { resolve } from '../resolve.ts';
import type { StepTools } from '../types.ts';

/** A published template on which an experiment is published. */
export interface UsedTemplate {
  /** Of its version. */
  readonly doi: string;
  readonly contentId: string;
  readonly title: string;
}

/** The one template among some files, checked with its environments; undefined when there is none. */
export async function readTemplateIn(
  snapshot: Snapshot,
  { runFolder }: Pick<StepTools, 'runFolder'>,
): Promise<{ notebook: string; template: EnvironmentTemplate } | undefined> {
  const files = await openSnapshot(snapshot, runFolder);
  const [found, ...more] = await findTemplates(files);
  const broken = files.unreadable[0];
  if (!found && broken) throw broken.failure;
  if (!found) return undefined;
  const where = snapshot.doi ?? snapshot.reference.text;
  if (more.length > 0)
    throw ambiguousTemplate(
      where,
      [found, ...more].map((one) => one.notebook.name),
    );
  const described = await describeTemplate(found, 'used-link', files);
  const { chosen } = described;
  // What could not be planned could not be built by anybody.
  environmentsOf(snapshot, { schemaVersion: 1, ...described, reasons: [], data: [] });
  return { notebook: chosen.notebook, template: chosen.template };
}

/**
 * Fetches the published template that an experiment names, and checks that it is one. Failures: `not-a-template`,
 * `used-itself`, `used-changed`, `no-version-doi`, and those of resolving and fetching.
 */
export async function usedTemplate(
  link: UsedRecord,
  experiment: Snapshot,
  tools: StepTools,
): Promise<UsedTemplate> {
  const { doi, sha256 } = link;
  const record = { kind: 'record', doi, into: '.', from: 'notebook', ...(sha256 && { sha256 }) } as const;
  const fetch = async (text: string, folder: string) =>
    fetchSnapshot(await resolve(text, tools), folder, tools);
  const snapshot = await follow(record, 'used/environment', experiment, fetch);
  const found = await readTemplateIn(snapshot, tools);
  if (!found) {
    throw new Failure('not-a-template', `${doi} is no environment template.`, {
      hint: 'Name the DOI of a record that holds the notebook of a template.',
      args: { where: doi },
    });
  }
  return { doi: snapshot.doi ?? doi, contentId: snapshot.contentId, title: found.template.title };
}
