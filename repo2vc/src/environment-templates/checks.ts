import { type Amount, type EnvironmentTemplate, nearest, type Parameter } from '../model/index.ts';
import { defaultClientName } from './defaults.ts';
import { broken, isSecret } from './parameters.ts';
import { isReservedName } from './reserved-names.ts';

/** What is wrong with a template beyond its shape: sentences that begin with the place. */
export function problemsOf(template: EnvironmentTemplate): string[] {
  return [
    ...Object.entries(template.parameters ?? {}).flatMap(([name, parameter]) =>
      parameterProblems(name, parameter, template),
    ),
    ...environmentProblems(template),
    ...amountProblems('node.cpus', template.node.cpus, template),
    ...amountProblems('node.memoryGiB', template.node.memoryGiB, template),
    ...expiryProblems(template),
    ...directoryProblems(template),
  ];
}

function parameterProblems(name: string, parameter: Parameter, template: EnvironmentTemplate): string[] {
  const place = `parameters.${name}`;
  const problems: string[] = [];
  if (isReservedName(name)) problems.push(`${place} is a name that Python or JavaScript keeps for itself`);
  if (isSecret(parameter) && (parameter.default !== undefined || 'enum' in parameter)) {
    problems.push(`${place} is a secret, so it can have neither default nor enum`);
  }
  if (isSecret(parameter) && Object.hasOwn(template.parameters ?? {}, `${name}_file`)) {
    problems.push(`${place}_file is already the name of the file that holds the secret ${name}`);
  }
  if (parameter.type === 'boolean') return problems;
  const [low, high] =
    parameter.type === 'string'
      ? [parameter.minLength, parameter.maxLength]
      : [parameter.minimum, parameter.maximum];
  if (low !== undefined && high !== undefined && low > high) {
    problems.push(`${place} can have no value: its lower bound ${low} is above its upper bound ${high}`);
  }
  const { enum: choices, ...bounds } = parameter;
  for (const value of choices ?? []) {
    const rule = broken(bounds, value);
    if (rule) problems.push(`${place}.enum breaks its own rule: ${JSON.stringify(value)} ${rule}`);
  }
  const rule = parameter.default === undefined ? undefined : broken(parameter, parameter.default);
  if (rule) problems.push(`${place}.default breaks its own rule: it ${rule}`);
  return problems;
}

function environmentProblems(template: EnvironmentTemplate): string[] {
  const known = Object.keys(template.environments);
  const reserved = known
    .filter((name) => isReservedName(name) || name === defaultClientName)
    .map((name) => `environments.${name} is a name that cannot be used here`);
  const asked = {
    'node.environment': template.node.environment,
    'client.environment': template.client?.environment,
  };
  const unknown = Object.entries(asked).flatMap(([place, name]) =>
    name === undefined || known.includes(name) ? [] : `${place} names no environment: ${advice(name, known)}`,
  );
  return [...reserved, ...unknown];
}

function amountProblems(place: string, amount: Amount | undefined, template: EnvironmentTemplate): string[] {
  if (typeof amount !== 'object') return [];
  const parameters = template.parameters ?? {};
  const name = amount.parameter;
  if (!Object.hasOwn(parameters, name)) {
    return [`${place} names no parameter: ${advice(name, Object.keys(parameters))}`];
  }
  const type = parameters[name]?.type;
  if (type === 'integer' || type === 'number') return [];
  return [`${place} needs a number, and the parameter ${name} is of type ${type}`];
}

function advice(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const rest = near
    ? `; did you mean "${near}"?`
    : known.length > 0
      ? `; known here: ${known.join(', ')}`
      : '';
  return `found "${name}"${rest}`;
}

function expiryProblems({ expires }: EnvironmentTemplate): string[] {
  const { defaultMinutes, mostMinutes } = expires ?? {};
  if (defaultMinutes === undefined || mostMinutes === undefined || defaultMinutes <= mostMinutes) return [];
  return [`expires.defaultMinutes is ${defaultMinutes}, more than expires.mostMinutes, ${mostMinutes}`];
}

function directoryProblems({ experiment }: EnvironmentTemplate): string[] {
  const parts = experiment?.directory?.split('/') ?? [];
  if (parts.every((part) => part !== '' && !part.startsWith('.'))) return [];
  return [`experiment.directory must be a plain folder below the home, found "${experiment?.directory}"`];
}
