import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Failure } from '../failure.ts';
import { schemas } from '../generated/schemas.ts';

let ajv: Ajv2020 | undefined;

function validatorOf<T>(id: string): ValidateFunction<T> {
  if (!ajv) {
    ajv = new Ajv2020({
      allErrors: true,
      discriminator: false,
      strict: true,
      strictTypes: false,
      verbose: true,
    });
    formats.default(ajv);
    for (const schema of schemas) ajv.addSchema(schema);
  }
  const validate = ajv.getSchema<T>(id);
  if (!validate) throw new Error(`no schema is called ${id}`);
  return validate as ValidateFunction<T>;
}

/**
 * Turns one of our schemas (`plan.schema.json`, or a part: `detection.schema.json#/$defs/TemplateStep`) into a
 * function that gives a typed value back, or throws the Failure `invalid-file` whose message names the place in the
 * file, the value found there, and the nearest correct key. `source` is the file's name as a person knows it.
 */
export function parserOf<T>(id: string, code = 'invalid-file'): (data: unknown, source: string) => T {
  return (data, source) => {
    const validate = validatorOf<T>(id);
    if (validate(data)) return data;
    const problems = explain(data, validate.errors ?? []);
    throw new Failure(code, `${source} is not valid: ${problems.join('; ')}.`, {
      hint: 'Correct it, or ask whoever wrote it to.',
      args: { source, problems },
    });
  };
}

/** The sentences for what ajv found: the deepest findings, each once, at most five. */
function explain(data: unknown, errors: readonly ErrorObject[]): string[] {
  const useful = errors.filter((error) => !['oneOf', 'if', '$ref', 'propertyNames'].includes(error.keyword));
  const chosen = branchesThatFit(data, useful.length > 0 ? useful : errors);
  const sentences = new Set(chosen.map(sentence));
  return [...sentences].slice(0, 5);
}

/**
 * Of the branches of a union, only those count whose `const` tag is right, unless none is: then the tags themselves
 * are what is wrong.
 */
function branchesThatFit(_data: unknown, errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const wrongTag = errors.filter((error) => error.keyword === 'const' || error.keyword === 'enum');
  const branchOf = (error: ErrorObject) => error.schemaPath.replace(/\/properties\/[^/]+\/(const|enum)$/, '');
  const rejected = new Set(wrongTag.filter((error) => error.keyword === 'const').map(branchOf));
  const fitting = errors.filter(
    (error) => ![...rejected].some((branch) => error.schemaPath.startsWith(`${branch}/`)),
  );
  return fitting.length > 0 ? fitting : wrongTag.length > 0 ? wrongTag : errors;
}

function sentence(error: ErrorObject): string {
  const place = placeOf(error.instancePath);
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const key = String(error.params.additionalProperty ?? error.params.unevaluatedProperty);
    const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
    const near = nearest(key, known);
    const advice = near
      ? `; did you mean "${near}"?`
      : known.length > 0
        ? `; known here: ${known.join(', ')}`
        : '';
    return `${place} has an unknown key "${key}"${advice}`;
  }
  if (error.keyword === 'required') return `${place} lacks "${error.params.missingProperty}"`;
  const found = show(error.data);
  if (error.keyword === 'const') return `${place} must be ${show(error.params.allowedValue)}, found ${found}`;
  if (error.keyword === 'enum') {
    return `${place} must be one of ${(error.params.allowedValues as unknown[]).map(show).join(', ')}, found ${found}`;
  }
  return `${place} ${error.message ?? 'is not valid'}, found ${found}`;
}

function placeOf(path: string): string {
  if (path === '') return 'it';
  const parts = path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce(
    (text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    '',
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The known word nearest to a mistyped one, if it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
