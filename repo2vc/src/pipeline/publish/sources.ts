import { readExperiment } from '../../environment-templates/experiment.ts';
import { Failure } from '../../failure.ts';
import type { EnvironmentTemplate, PublishRequest, UsedLink } from '../../model/index.ts';
import { type Notebook, readNotebook } from '../../notebooks/read.ts';
import { kindOf, sourceOf } from '../detection/find-templates.ts';
import type { StepTools } from '../types.ts';
import { readFolder, type SourceFolder, snapshotOf, topNotebooks } from './source.ts';
import { readTemplateIn, type UsedTemplate, usedTemplate } from './template.ts';

/** Everything that is to be published, read, copied and checked before an archive hears of it. */
export interface Sources {
  readonly data: readonly SourceFolder[];
  readonly environment?: SourceFolder & { readonly notebook: string; readonly template: EnvironmentTemplate };
  readonly experiment?: SourceFolder & {
    readonly notebook: string;
    readonly links: readonly UsedLink[];
    /** The template on which the experiment is published, when that is a public record already. */
    readonly usedTemplate?: UsedTemplate;
  };
}

/**
 * Reads a folder that is to be published: an experiment with the folders that it used, or an environment template
 * alone. Failures: `no-experiment`, `ambiguous-notebook`, `invalid-experiment`, `no-environment`, `used-itself`, and
 * those of templates, folders and notebooks.
 */
export async function readSources(request: PublishRequest, tools: StepTools): Promise<Sources> {
  const texts = await topNotebooks(request.folder);
  const notebooks = [...texts].map(([name, text]) => readNotebook(text, name));
  const experiments = notebooks.filter((notebook) => kindOf(notebook) === 'experiment');
  const [experiment, ...more] = experiments;
  if (more.length > 0) throw ambiguous(experiments.map((notebook) => notebook.name));
  if (experiment) return readExperimentFolder(experiment, request, tools);
  const root = { root: request.folder, folder: '.', without: [] };
  const alone = await readFolder({ ...root, role: 'environment', staged: 'staging/environment' }, tools);
  const found = await readTemplateIn(snapshotOf(alone, tools), tools);
  if (!found) throw noExperiment(request.folder, [...texts.keys()]);
  if (request.environment !== undefined) throw templateOnTemplate();
  return { data: [], environment: { ...alone, ...found } };
}

async function readExperimentFolder(
  notebook: Notebook,
  request: PublishRequest,
  tools: StepTools,
): Promise<Sources> {
  const { used } = readExperiment(notebook.metadata.repo2vc, sourceOf(notebook));
  const links = withEnvironment(used, request.environment);
  const root = request.folder;
  const folders = foldersOf(used);
  const source = await readFolder(
    { role: 'experiment', root, folder: '.', staged: 'staging/experiment', without: [...folders.keys()] },
    tools,
  );
  const data: SourceFolder[] = [];
  for (const [folder, role] of folders) {
    const staged = `staging/data-${data.length + 1}`;
    if (role === 'data') data.push(await readFolder({ role, root, folder, staged, without: [] }, tools));
  }
  const link = links.find(({ role }) => role === 'environment');
  if (!link) throw noEnvironment(notebook.name);
  const experiment = { ...source, notebook: notebook.name, links };
  if ('doi' in link) {
    const template = await usedTemplate(link, snapshotOf(source, tools), tools);
    return { data, experiment: { ...experiment, usedTemplate: template } };
  }
  const folder = link.path;
  const staged = 'staging/environment';
  const environment = await readFolder({ role: 'environment', root, folder, staged, without: [] }, tools);
  const found = await readTemplateIn(snapshotOf(environment, tools), tools);
  if (!found) throw notATemplate(folder);
  return { data, environment: { ...environment, ...found }, experiment };
}

/** `--environment DOI` takes the place of what the notebook says. */
function withEnvironment(used: readonly UsedLink[], doi: string | undefined): UsedLink[] {
  if (doi === undefined) return [...used];
  return [{ role: 'environment', doi }, ...used.filter(({ role }) => role !== 'environment')];
}

/** The folders that `used` names, each of which is a record of its own. */
function foldersOf(used: readonly UsedLink[]): Map<string, UsedLink['role']> {
  const folders = new Map<string, UsedLink['role']>();
  for (const link of used) {
    if (!('path' in link)) continue;
    const folder = link.path;
    if (folder === '.') throw usedItself(folder);
    const clash = [...folders.keys()].find(
      (other) => `${other}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${other}/`),
    );
    if (clash !== undefined) throw overlapping(clash, folder);
    folders.set(folder, link.role);
  }
  return folders;
}

function ambiguous(names: readonly string[]): Failure {
  return new Failure(
    'ambiguous-notebook',
    `There are ${names.length} experiment notebooks: ${names.join(', ')}.`,
    {
      hint: 'A record holds one experiment. Give each a folder of its own.',
      args: { notebooks: names },
    },
  );
}

function noExperiment(folder: string, names: readonly string[]): Failure {
  const found =
    names.length > 0 ? `It holds ${names.join(', ')}, and none says what it is` : 'It holds no notebook';
  return new Failure(
    'no-experiment',
    `${folder} holds no experiment and no environment template. ${found}.`,
    {
      hint: `Begin with: repo2vc init ${names[0] ?? 'NOTEBOOK'}`,
      args: { folder, notebooks: names },
    },
  );
}

function noEnvironment(notebook: string): Failure {
  return new Failure('no-environment', `${notebook} does not say which environment it used.`, {
    hint: `Describe one with: repo2vc init ${notebook}\nor name a published one with: --environment DOI`,
    args: { notebook },
  });
}

function notATemplate(folder: string): Failure {
  return new Failure('not-a-template', `The folder ${folder} holds no environment template.`, {
    hint: 'A template is a notebook whose metadata.repo2vc has kind "container"; repo2vc init NOTEBOOK writes one.',
    args: { where: folder },
  });
}

function templateOnTemplate(): Failure {
  return new Failure('usage', 'The folder is an environment template; it is not published on another one.', {
    hint: 'Leave --environment out.',
  });
}

function usedItself(path: string): Failure {
  return new Failure('used-itself', `A used link names ${path}, which is the experiment’s own folder.`, {
    hint: 'Put the environment template and the data into folders of their own.',
    args: { path },
  });
}

function overlapping(one: string, other: string): Failure {
  return new Failure('used-overlaps', `Two used links name folders that overlap: ${one} and ${other}.`, {
    hint: 'Each becomes a record of its own, so neither may lie inside the other.',
    args: { folders: [one, other] },
  });
}
