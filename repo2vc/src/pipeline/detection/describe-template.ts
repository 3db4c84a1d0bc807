import { posix } from 'node:path';
import { refuseOtherLanguages } from '../../environment-templates/parameter-cell.ts';
import { readTemplate } from '../../environment-templates/read.ts';
import { Failure } from '../../failure.ts';
import type { ChosenTemplate, Detection, EnvironmentTemplate, Reason } from '../../model/index.ts';
import { stepsOf } from '../../notebooks/steps.ts';
import { describeFolder } from './describe-folder.ts';
import type { FoundTemplate } from './find-templates.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

/** A template, checked, with all that planning must know of its files. */
export interface DescribedTemplate {
  readonly chosen: ChosenTemplate;
  readonly files: Detection['files'];
  readonly reasons: readonly Reason[];
}

/** Checks a template that was found, and reads the files that describe its environments. */
export async function describeTemplate(
  found: FoundTemplate,
  origin: ChosenTemplate['origin'],
  files: SnapshotFiles,
): Promise<DescribedTemplate> {
  const template = readTemplate(found.descriptor, found.source);
  const takes = Object.keys(template.parameters ?? {}).length > 0;
  if (takes) refuseOtherLanguages(found.notebook.kernel.language ?? 'python');
  const texts = new Map<string, string>();
  const reasons: Reason[] = [];
  const environments: ChosenTemplate['environments'] = {};
  for (const [name, { path }] of Object.entries(template.environments)) {
    const folder = posix.join(posix.dirname(found.notebook.name), path).replace(/(.)\/$/, '$1');
    const described = await describeFolder(files, folder);
    if (!described) throw nothingThere(name, folder, found, template);
    environments[name] = { buildpack: described.buildpack, folder };
    for (const file of described.files) texts.set(file.path, file.text);
    reasons.push(...described.reasons);
  }
  return {
    chosen: {
      kind: 'template',
      origin,
      snapshot: files.snapshot,
      notebook: found.notebook.name,
      template,
      environments,
      steps: stepsOf(found.notebook, takes),
    },
    files: [...texts].map(([path, text]) => ({ path, text })),
    reasons,
  };
}

function nothingThere(
  name: string,
  folder: string,
  found: FoundTemplate,
  template: EnvironmentTemplate,
): Failure {
  return new Failure(
    'invalid-template',
    `${found.source} is not valid: environments.${name}.path is "${template.environments[name]?.path}", and no file ` +
      'there describes an environment (requirements.txt, runtime.txt).',
    {
      hint: 'Paths are relative to the notebook of the template.',
      args: { source: found.source, folder },
    },
  );
}
