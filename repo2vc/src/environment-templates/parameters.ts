import { Failure } from '../failure.ts';
import {
  type EnvironmentTemplate,
  type Need,
  nearest,
  type Outcome,
  type Parameter,
  type Scalar,
  type Values,
} from '../model/index.ts';

/**
 * Checks a person's values against a template's parameters and fills in the defaults. A value that comes as text (from
 * the command line) is read as its parameter's type. Needs: the parameters that have neither value nor default;
 * secrets are no needs here, since their values never stand among answers. Failure `invalid-parameter`: for a wrong
 * type, a broken rule, an unknown name, or a secret given in the open.
 */
export function checkParameters(template: EnvironmentTemplate, given: Values): Outcome<Values> {
  const parameters = template.parameters ?? {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name)) throw unknownParameter(name, Object.keys(parameters));
  }
  const values: Values = {};
  const needs: Need[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    const secret = isSecret(parameter);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (secret && value !== undefined) throw secretInTheOpen(name);
    if (secret) continue;
    const known = value === undefined ? parameter.default : checkValue(name, parameter, value);
    if (known === undefined) needs.push({ kind: 'parameter', name, parameter });
    else values[name] = known;
  }
  return needs.length > 0 ? { needs } : { value: values };
}

/**
 * Checks the secrets that a person gave against a template's parameters. Needs: the secret parameters that were not
 * given. Failure `invalid-parameter`: for one that breaks a rule, is no secret, or is none of the template's.
 */
export function checkSecrets(
  template: EnvironmentTemplate | undefined,
  given: ReadonlyMap<string, string>,
): Outcome<ReadonlyMap<string, string>> {
  const parameters = Object.entries(template?.parameters ?? {});
  const secret = parameters.filter(([, parameter]) => isSecret(parameter));
  for (const name of given.keys()) {
    if (secret.some(([known]) => known === name)) continue;
    const names = parameters.map(([known]) => known);
    throw names.includes(name) ? noSecret(name) : unknownParameter(name, names);
  }
  const needs: Need[] = [];
  for (const [name, parameter] of secret) {
    const value = given.get(name);
    if (value === undefined) needs.push({ kind: 'parameter', name, parameter });
    else checkValue(name, parameter, value);
  }
  return needs.length > 0 ? { needs } : { value: given };
}

/** One value, checked; text is read as the parameter's type. Failure `invalid-parameter`. */
function checkValue(name: string, parameter: Parameter, value: Scalar): Scalar {
  const typed = typeof value === 'string' ? parseParameter(parameter, value) : value;
  const rule = typed === undefined ? mustBe(parameter) : broken(parameter, typed);
  if (rule === undefined && typed !== undefined) return typed;
  const found = isSecret(parameter) ? '' : `, found ${show(typed ?? value)}`;
  throw new Failure('invalid-parameter', `The parameter "${name}" ${rule}${found}.`, {
    hint: `Give another value: ${isSecret(parameter) ? `--secret-file ${name}=FILE` : `-p ${name}=...`}`,
    args: { parameter: name, rule: rule ?? '' },
  });
}

/** Whether a parameter's value is asked for apart and kept nowhere. */
export function isSecret(parameter: Parameter): boolean {
  return parameter.type === 'string' && parameter.writeOnly === true;
}

/** The value that a text on the command line stands for; undefined when it cannot be one of that type. */
export function parseParameter(parameter: Parameter, text: string): Scalar | undefined {
  if (parameter.type === 'string') return text;
  if (parameter.type === 'boolean') {
    const word = text.trim().toLowerCase();
    return word === 'true' || word === 'yes' ? true : word === 'false' || word === 'no' ? false : undefined;
  }
  const isNumeral = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text);
  return isNumeral && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** The rule that a value breaks, as the end of a sentence ("must be at least 1"), or undefined when it breaks none. */
export function broken(parameter: Parameter, value: Scalar): string | undefined {
  if (!isOfType(parameter, value)) return mustBe(parameter);
  if (parameter.type === 'boolean') return undefined;
  const allowed: readonly Scalar[] | undefined = parameter.enum;
  if (allowed && !allowed.includes(value)) return `must be one of ${allowed.map(show).join(', ')}`;
  if (typeof value === 'number' && parameter.type !== 'string') {
    const { minimum, maximum } = parameter;
    if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
  }
  if (typeof value === 'string' && parameter.type === 'string') {
    const length = [...value].length;
    const { minLength, maxLength } = parameter;
    if (/\p{Surrogate}|\0/u.test(value)) return 'must be plain Unicode text without NUL';
    if (minLength !== undefined && length < minLength) return `must have at least ${minLength} characters`;
    if (length > (maxLength ?? 10_000)) return `must have at most ${maxLength ?? 10_000} characters`;
  }
  return undefined;
}

function isOfType(parameter: Parameter, value: Scalar): boolean {
  if (parameter.type === 'string' || parameter.type === 'boolean') return typeof value === parameter.type;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return parameter.type === 'number' || Number.isSafeInteger(value);
}

function mustBe(parameter: Parameter): string {
  if (parameter.type === 'integer') return 'must be a whole number';
  if (parameter.type === 'number') return 'must be a number';
  return parameter.type === 'boolean' ? 'must be true or false' : 'must be text';
}

function show(value: Scalar): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function unknownParameter(name: string, known: readonly string[]): Failure {
  const near = nearest(name, known);
  const hint =
    known.length === 0
      ? 'This environment takes no parameters.'
      : near
        ? `Did you mean "${near}"?`
        : `Its parameters are ${known.join(', ')}.`;
  return new Failure('invalid-parameter', `There is no parameter called ${show(name)}.`, {
    hint,
    args: { parameter: name, rule: 'unknown' },
  });
}

function noSecret(name: string): Failure {
  return new Failure('invalid-parameter', `The parameter "${name}" is no secret.`, {
    hint: `Give it with: -p ${name}=...`,
    args: { parameter: name, rule: 'open' },
  });
}

function secretInTheOpen(name: string): Failure {
  return new Failure('invalid-parameter', `The parameter "${name}" is a secret, and was given in the open.`, {
    hint: `Change it where it is used: others may have seen it. Then leave it out, or: --secret-file ${name}=FILE`,
    args: { parameter: name, rule: 'secret' },
  });
}
