import { parse as parseYaml, YAMLParseError } from 'yaml';
import { Failure } from '../failure.ts';
import { type EnvironmentTemplate, parserOf } from '../model/index.ts';
import { problemsOf } from './checks.ts';

const parseTemplate = parserOf<EnvironmentTemplate>('environment-template.schema.json', 'invalid-template');

/** The names of the file that may hold a template's descriptor, beside its notebook. */
export const descriptorFiles = ['repo2vc.yaml', 'repo2vc.yml'] as const;

/**
 * Checks a template's descriptor: its shape against the schema, then what a schema cannot say. The Failure
 * `invalid-template` names the place in `source`, the value found there, and the nearest correct key.
 */
export function readTemplate(descriptor: unknown, source: string): EnvironmentTemplate {
  const template = parseTemplate(descriptor, source);
  const problems = problemsOf(template).slice(0, 5);
  if (problems.length === 0) return template;
  throw new Failure('invalid-template', `${source} is not valid: ${problems.join('; ')}.`, {
    hint: 'Correct it, or ask whoever wrote it to.',
    args: { source, problems },
  });
}

/** The value in a repo2vc.yaml. YAML that cannot be read, or that grows through aliases, is `invalid-template`. */
export function readDescriptorFile(text: string, source: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 0 });
  } catch (error) {
    const why = error instanceof YAMLParseError ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new Failure('invalid-template', `${source} is not valid YAML: ${why.replace(/[:.]$/, '')}.`, {
      hint: 'Correct that line: every alias written out, every key once.',
      args: { source },
    });
  }
}
