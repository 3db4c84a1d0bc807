import { posix } from 'node:path';
import { defaultCellSeconds, defaultDirectory, expiryOf } from '../environment-templates/defaults.ts';
import { checkParameters, isSecret } from '../environment-templates/parameters.ts';
import { Failure } from '../failure.ts';
import type {
  Amount,
  Answers,
  ChosenTemplate,
  Detection,
  EnvironmentTemplate,
  Outcome,
  Plan,
  Snapshot,
  Values,
} from '../model/index.ts';
import { clientEnvironmentOf, environmentsOf, nodeEnvironmentOf } from './planning/environments.ts';

/**
 * Says what will be built and run, from what was detected and the person's answers. Pure: the same input gives the
 * same plan, byte for byte, on every computer. Needs: parameters of the template that have neither value nor default.
 */
export function makePlan(snapshot: Snapshot, detection: Detection, answers: Answers): Outcome<Plan> {
  const chosen = detection.chosen.kind === 'template' ? detection.chosen : undefined;
  const parameters = parametersOf(detection, answers);
  if ('needs' in parameters) return parameters;
  const template = chosen?.template;
  const { environments, reasons } = environmentsOf(snapshot, detection);
  const client = clientEnvironmentOf(detection);
  return {
    value: {
      schemaVersion: 1,
      title: titleOf(snapshot, detection),
      experiment: experimentOf(snapshot, detection),
      ...(chosen && { template: templateOf(chosen) }),
      reasons: [...detection.reasons, ...reasons],
      parameters: parameters.value,
      secrets: Object.entries(template?.parameters ?? {}).flatMap(([name, it]) => (isSecret(it) ? name : [])),
      environments,
      groups: [
        {
          role: 'entry',
          count: 1,
          environment: nodeEnvironmentOf(detection),
          ...limitsOf(template, parameters.value),
        },
      ],
      ...(client !== undefined && {
        client: {
          environment: client,
          timeoutSeconds: template?.cells?.timeoutSeconds ?? defaultCellSeconds,
        },
      }),
      steps: chosen?.steps ?? [],
      checks: template?.checks ?? [],
      data: dataOf(detection),
      expires: expiryOf(template),
    },
  };
}

/** The values of the template's parameters, from what was answered and its defaults. Pure. */
export function parametersOf({ chosen }: Detection, answers: Answers): Outcome<Values> {
  const given = answers.parameters ?? {};
  if (chosen.kind === 'template') return checkParameters(chosen.template, given);
  const [name] = Object.keys(given);
  if (name === undefined) return { value: {} };
  throw new Failure('invalid-parameter', `There is no parameter called ${JSON.stringify(name)}.`, {
    hint: 'This environment takes no parameters: no environment template describes it.',
    args: { parameter: name, rule: 'unknown' },
  });
}

function titleOf(snapshot: Snapshot, detection: Detection): string {
  const entry = detection.entry && posix.basename(detection.entry, '.ipynb');
  const template = detection.chosen.kind === 'template' ? detection.chosen.template.title : undefined;
  return snapshot.title ?? entry ?? template ?? 'Untitled';
}

function experimentOf(snapshot: Snapshot, detection: Detection): Plan['experiment'] {
  const template = detection.chosen.kind === 'template' ? detection.chosen.template : undefined;
  return {
    contentId: snapshot.contentId,
    ...(snapshot.doi !== undefined && { doi: snapshot.doi }),
    ...(detection.entry !== undefined && { entry: detection.entry }),
    directory: template?.experiment?.directory ?? defaultDirectory,
  };
}

function templateOf(chosen: ChosenTemplate): NonNullable<Plan['template']> {
  return {
    title: chosen.template.title,
    contentId: chosen.snapshot.contentId,
    ...(chosen.snapshot.doi !== undefined && { doi: chosen.snapshot.doi }),
    notebook: chosen.notebook,
  };
}

function limitsOf(template: EnvironmentTemplate | undefined, values: Values) {
  const cpus = amountOf(template?.node.cpus, values);
  const memoryGiB = amountOf(template?.node.memoryGiB, values);
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memoryGiB !== undefined && { memoryMiB: Math.max(16, Math.round(memoryGiB * 1024)) }),
  };
}

function amountOf(amount: Amount | undefined, values: Values): number | undefined {
  if (typeof amount !== 'object') return amount;
  const value = Number(values[amount.parameter]);
  if (value > 0 && value <= 100_000) return value;
  throw new Failure(
    'invalid-parameter',
    `The parameter "${amount.parameter}" must be above 0, found ${value}.`,
    {
      hint: `Give another value: -p ${amount.parameter}=...`,
      args: { parameter: amount.parameter, rule: 'must be above 0' },
    },
  );
}

function dataOf(detection: Detection): Plan['data'] {
  return detection.data.map(({ into, snapshot }) => ({
    into,
    contentId: snapshot.contentId,
    ...(snapshot.doi !== undefined && { doi: snapshot.doi }),
    bytes: snapshot.files.reduce((sum, file) => sum + file.size, 0),
  }));
}
