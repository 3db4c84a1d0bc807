import { posix } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Detection, Reason, Snapshot } from '../../model/index.ts';
import type { StepTools } from '../types.ts';
import { describeFolder, specificationFolder } from './describe-folder.ts';
import { describeTemplate } from './describe-template.ts';
import { findEntry, noNotebook } from './find-entry.ts';
import { ambiguousTemplate, type FoundTemplate, findTemplates } from './find-templates.ts';
import { type Fetch, follow, followData, requireFolder } from './follow.ts';
import { openSnapshot, type SnapshotFiles } from './snapshot-files.ts';
import { type Link, type UsedLinks, usedLinks } from './used-links.ts';

type Described = Pick<Detection, 'chosen' | 'files' | 'reasons'>;

/** `detect` with the way to fetch a DOI given, so that it needs no archive. */
export async function describe(
  snapshot: Snapshot,
  tools: Pick<StepTools, 'runFolder' | 'emit'>,
  fetch: Fetch,
): Promise<Detection> {
  const files = await openSnapshot(snapshot, tools.runFolder);
  const templates = await findTemplates(files);
  const entry = findEntry(files, templates);
  // A template that is opened by itself is no experiment, so what its record is linked to is not what it used.
  const alone = entry === undefined && templates.length > 0;
  if (!entry && !alone) {
    await describeFolder(files, specificationFolder(files)); // what cannot be built at all is told first
    throw noNotebook(snapshot);
  }
  const links: UsedLinks = alone ? { data: [], reasons: [] } : usedLinks(snapshot, entry);
  const described = links.environment
    ? await describeUsed(links.environment, files, templates, tools.runFolder, fetch)
    : await describeOwn(files, templates);
  const { data, reasons } = await followData(links.data, snapshot, fetch);
  tools.emit({ code: 'environment-described', args: toldOf(described) });
  return {
    schemaVersion: 1,
    ...(entry && { entry: entry.name, kernel: entry.kernel }),
    ...described,
    reasons: [...described.reasons, ...links.reasons, ...reasons, ...unreadableReasons(files)],
    data,
  };
}

/** Order 1: the template that the experiment says it used. */
async function describeUsed(
  link: Link,
  own: SnapshotFiles,
  ownTemplates: readonly FoundTemplate[],
  runFolder: string,
  fetch: Fetch,
): Promise<Described> {
  if (link.kind === 'folder') {
    requireFolder(link.folder, own.snapshot);
    const within = ownTemplates.filter((found) => isWithin(found.notebook.name, link.folder));
    const template = onlyTemplate(within, link.folder, own);
    const reason = {
      code: 'template-linked',
      args: { folder: link.folder, notebook: template.notebook.name },
    };
    return withReason(reason, await describeTemplate(template, 'same-snapshot', own));
  }
  const used = await openSnapshot(await follow(link, 'used/environment', own.snapshot, fetch), runFolder);
  const template = onlyTemplate(await findTemplates(used), link.doi, used);
  const reason = { code: 'template-used', args: { doi: link.doi, from: link.from } };
  return withReason(reason, await describeTemplate(template, 'used-link', used));
}

/** Orders 2 and 3: a template in the same files, else what a buildpack knows. */
async function describeOwn(files: SnapshotFiles, templates: readonly FoundTemplate[]): Promise<Described> {
  const named = templates.filter((found) => found.notebook.name === files.snapshot.notebook);
  const [template, ...more] = named.length > 0 ? named : templates;
  if (template && more.length > 0) {
    throw ambiguousTemplate(
      'This',
      templates.map((found) => found.notebook.name),
    );
  }
  if (template) {
    const reason = { code: 'template-beside', args: { notebook: template.notebook.name } };
    return withReason(reason, await describeTemplate(template, 'same-snapshot', files));
  }
  const folder = specificationFolder(files);
  const described = await describeFolder(files, folder);
  if (!described) throw noEnvironment(folder);
  const { buildpack } = described;
  const read = described.files.map((file) => file.path);
  const reason = { code: 'buildpack-applies', args: { buildpack, folder, files: read } };
  return withReason(reason, {
    chosen: { kind: 'buildpack', buildpack, folder },
    files: described.files,
    reasons: described.reasons,
  });
}

function onlyTemplate(found: readonly FoundTemplate[], where: string, files: SnapshotFiles): FoundTemplate {
  const [template, ...more] = found;
  if (template && more.length === 0) return template;
  if (template)
    throw ambiguousTemplate(
      where,
      found.map((one) => one.notebook.name),
    );
  if (files.unreadable[0]) throw files.unreadable[0].failure;
  const paths = files.snapshot.files.map((file) => file.path).slice(0, 20);
  throw new Failure(
    'not-a-template',
    `The experiment says that ${where} is its environment, but no environment template is there; found: ` +
      `${paths.join(', ')}.`,
    {
      hint: 'Its used link of role environment must name a record, or folder, with the notebook of a template.',
      args: { where, found: paths },
    },
  );
}

function isWithin(path: string, folder: string): boolean {
  return folder === '.' || posix.normalize(path).startsWith(`${folder}/`);
}

function withReason(
  reason: Reason,
  described: { [K in keyof Described]: Readonly<Described[K]> },
): Described {
  const { chosen, files, reasons } = described;
  return { chosen, files: [...files], reasons: [reason, ...reasons] };
}

function unreadableReasons(files: SnapshotFiles): Reason[] {
  return files.unreadable.map(({ path, failure }) => ({
    code: 'notebook-ignored',
    args: { file: path, why: failure.code },
  }));
}

function toldOf({ chosen }: Described): { by: string; where: string } {
  if (chosen.kind === 'buildpack') return { by: chosen.buildpack, where: chosen.folder };
  return { by: chosen.origin, where: chosen.snapshot.doi ?? chosen.notebook };
}

function noEnvironment(folder: string): Failure {
  const where = folder === '.' ? 'the top folder' : `${folder}/`;
  return new Failure(
    'no-environment',
    'Nothing says which environment this experiment needs: its notebook has no used link, no notebook here is an ' +
      `environment template, and ${where} holds no requirements.txt or runtime.txt.`,
    {
      hint: 'Add a requirements.txt, or write a template: repo2vc init NOTEBOOK.',
      args: { folder },
    },
  );
}
