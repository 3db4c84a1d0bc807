import type { FieldError } from './refusal.ts';
import { Refusal } from './refusal.ts';
import type { Vocabulary } from './vocabularies.ts';

/** Called with the dotted path of a field and what is wrong there. */
export type Report = (field: string, message: string) => void;

/**
 * Looks at one value and gives what of it is valid, or undefined when nothing is; tells what is wrong. This is how an
 * InvenioRDM draft is saved: what is valid is kept, the rest is dropped and reported.
 */
export type Check = (value: unknown, field: string, report: Report) => unknown;

export const missing = 'Missing data for required field.';

/** Gathers reports as InvenioRDM answers them: one entry per field, in the order in which they came. */
export function collector(): { report: Report; errors: () => FieldError[] } {
  const found = new Map<string, string[]>();
  return {
    report: (field, message) => found.set(field, [...(found.get(field) ?? []), message]),
    errors: () => [...found].map(([field, messages]) => ({ field, messages })),
  };
}

/** A string, without the blanks around it, of a length between the bounds. */
export function text(min = 0, max = Number.POSITIVE_INFINITY): Check {
  return (value, field, report) => {
    if (typeof value !== 'string') return reject(report, field, 'Not a valid string.');
    const trimmed = value.trim();
    if (trimmed.length < min) return reject(report, field, `Shorter than minimum length ${min}.`);
    if (trimmed.length > max) return reject(report, field, `Longer than maximum length ${max}.`);
    return trimmed;
  };
}

/** A string that `accepts`; `message` is what is reported for any other. */
export function textThat(accepts: (value: string) => boolean, message: string): Check {
  return (value, field, report) => {
    if (typeof value !== 'string') return reject(report, field, 'Not a valid string.');
    const trimmed = value.trim();
    return accepts(trimmed) ? trimmed : reject(report, field, message);
  };
}

/** A list; what is valid of each entry is kept. */
export function list(of: Check, min = 0): Check {
  return (value, field, report) => {
    if (!Array.isArray(value)) return reject(report, field, 'Not a valid list.');
    if (value.length < min) return reject(report, field, `Shorter than minimum length ${min}.`);
    return value
      .map((entry, index) => of(entry, `${field}.${index}`, report))
      .filter((entry) => entry !== undefined);
  };
}

/** An object of the fields named; others are reported and dropped. */
export function shape(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, field, report) => {
    if (!isObject(value)) return reject(report, field, 'Invalid input type.');
    const kept: Record<string, unknown> = {};
    for (const [key, entry] of Object.entries(value)) {
      if (entry === null || entry === undefined) continue;
      const check = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!check) {
        report(join(field, key), 'Unknown field.');
        continue;
      }
      const valid = check(entry, join(field, key), report);
      if (valid !== undefined) kept[key] = valid;
    }
    const absent = required.filter((key) => value[key] === undefined || value[key] === null);
    for (const key of absent) report(join(field, key), missing);
    return kept;
  };
}

/** An object that we keep but never look into. */
export const anyObject: Check = (value, field, report) =>
  isObject(value) ? value : reject(report, field, 'Invalid input type.');

/** A term by its id; what else is said of it is dropped. An unknown one refuses the whole request, as InvenioRDM does. */
export function term(vocabulary: Vocabulary | ReadonlySet<string>, problem = 'Invalid value'): Check {
  return (value, field, report) => {
    if (!isObject(value) || typeof value.id !== 'string') return reject(report, join(field, 'id'), missing);
    if (!vocabulary.has(value.id)) throw new Refusal(400, `${problem} ${value.id}.`);
    return { id: value.id };
  };
}

/** Tells a JSON object from every other value. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(field: string, key: string): string {
  return field === '' ? key : `${field}.${key}`;
}

function reject(report: Report, field: string, message: string): undefined {
  report(field, message);
  return undefined;
}
