import { Failure } from '../failure.ts';
import type { EnvironmentTemplate, Scalar, Values } from '../model/index.ts';

/**
 * The source of the cell that stands in for a template's parameters cell: one assignment per parameter, in the
 * template's order. Values are data, never code. A secret `token` is not among them: the cell gets the path of the
 * file that holds it, as `token_file` (`secretFiles`: paths by parameter name). Only Python is written; another
 * language is the Failure `unsupported-language`.
 */
export function parameterCell(
  template: EnvironmentTemplate,
  values: Values,
  secretFiles: ReadonlyMap<string, string>,
  language = 'python',
): string {
  refuseOtherLanguages(language);
  const lines = Object.entries(template.parameters ?? {}).flatMap(([name, parameter]) => {
    const path = secretFiles.get(name);
    if (path !== undefined) return `${name}_file = ${pythonText(path)}`;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return [];
    const float = parameter.type === 'number' && typeof value === 'number';
    return `${name} = ${float ? pythonFloat(value) : pythonLiteral(value)}`;
  });
  return lines.join('\n');
}

/** Throws when parameters cannot be handed to cells of that language. */
export function refuseOtherLanguages(language: string): void {
  if (language.toLowerCase() === 'python') return;
  throw new Failure('unsupported-language', `Parameters cannot be handed to cells in ${language}.`, {
    hint: 'Write the template for a Python kernel; its cells may call any program.',
    args: { language },
  });
}

function pythonLiteral(value: Scalar): string {
  if (typeof value === 'string') return pythonText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (!Number.isSafeInteger(value)) return pythonFloat(value);
  return String(value);
}

/** A Python float: JavaScript writes 2.0 as 2, which would be an int there. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) throw new Error('a parameter is never infinite or NaN');
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A Python string literal on one line, in ASCII alone, so that no reader of the cell can take a part of it for code. */
function pythonText(text: string): string {
  const characters = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === '\\') return `\\${character}`;
    if (code >= 0x20 && code < 0x7f) return character;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${characters.join('')}"`;
}
