import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Failure } from '../failure.ts';
import { schemas } from '../generated/schemas.ts';
import { textAt } from './loose.ts';

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
    const problems = explain(validate.errors ?? []);
    throw new Failure(code, `${source} is not valid: ${problems.join('; ')}.`, {
      hint: 'Correct it, or ask whoever wrote it to.',
      args: { source, problems },
    });
  };
}

/** The sentences for what ajv found: the deepest findings, each once, at most five. A stranger's file may have many. */
function explain(found: readonly ErrorObject[]): string[] {
  const errors = found.slice(0, 500);
  const useful = errors.filter((error) => !['oneOf', 'if', '$ref', 'propertyNames'].includes(error.keyword));
  const unions = errors.filter((error) => error.keyword === 'oneOf');
  const elsewhere = unions.flatMap((union) => notMeant(union, useful));
  const chosen = useful.filter((error) => !elsewhere.some((branch) => lies(error, branch)));
  const sentences = new Set((chosen.length > 0 ? chosen : errors).map(sentence));
  return [...sentences].slice(0, 5);
}

/** A branch of a union: where in the data, and where in the schema. */
interface Branch {
  readonly instancePath: string;
  readonly schemaPath: string;
}

/** The branches of a union that the data is further from than from another, so that nobody is told of them. */
function notMeant(
  { instancePath, schemaPath, schema }: ErrorObject,
  errors: readonly ErrorObject[],
): Branch[] {
  const branches = (schema as unknown[]).map((_, index) => ({
    instancePath,
    schemaPath: `${schemaPath}/${index}`,
  }));
  const distances = branches.map((branch) =>
    errors.reduce((sum, error) => sum + (lies(error, branch) ? misfit(error, branch) : 0), 0),
  );
  const least = Math.min(...distances);
  return branches.filter((_, index) => (distances[index] ?? 0) > least);
}

function lies(error: ErrorObject, { instancePath, schemaPath }: Branch): boolean {
  return (
    `${error.instancePath}/`.startsWith(`${instancePath}/`) && error.schemaPath.startsWith(`${schemaPath}/`)
  );
}

/** How much an error speaks against a branch: a wrong type or tag more than a key that is absent. */
function misfit(error: ErrorObject, { schemaPath }: Branch): number {
  const rule = error.schemaPath.slice(schemaPath.length);
  if (rule === '/required') return 1;
  return rule === '/type' || /^\/properties\/[^/]+\/(const|enum)$/.test(rule) ? 10 : 0;
}

function sentence(error: ErrorObject): string {
  const { propertyName } = error;
  const place = `${propertyName === undefined ? '' : 'a name in '}${placeOf(error.instancePath)}`;
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
  const wanted = error.keyword === 'pattern' ? textAt(error.parentSchema, 'description') : undefined;
  if (wanted) return `${place} must be: ${asPart(wanted)}, found ${found}`;
  return `${place} ${error.message ?? 'is not valid'}, found ${found}`;
}

/** A sentence as a part of another; an abbreviation at its start keeps its capitals. */
function asPart(sentence: string): string {
  return sentence.replace(/\.$/, '').replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
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
