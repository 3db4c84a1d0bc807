import type { Detection, Plan, Reason, Target } from '../../model/index.ts';
import { reasonText } from './reasons.ts';
import { count, minutes, oneLine, size } from './words.ts';

/** Everything a person should know before saying yes to a plan. `hash` is what `--confirm` takes. */
export function planText(plan: Plan, target: Target, detection: Detection, hash: string): string {
  const rows: [string, string][] = [
    ['Experiment', [plan.title, plan.experiment.doi, plan.experiment.entry].filter(Boolean).join('  ')],
    [
      'Environment',
      plan.template
        ? [plan.template.title, plan.template.doi].filter(Boolean).join('  ')
        : 'from the repository’s own files',
    ],
    ...plan.reasons.map(because),
    ...Object.entries(plan.environments).map(([name, spec]): [string, string] => [
      'Build',
      `${name}: ${baseText(target.bases[name])}, ${specText(spec)}`,
    ]),
    ...plan.groups.map((group): [string, string] => ['Nodes', nodesText(group)]),
    ...detection.data.map((data): [string, string] => [
      'Data',
      `${data.snapshot.doi ?? ''} → ${data.into} (${size(bytesOf(data))})`,
    ]),
    ['Steps', plan.steps.length === 0 ? 'none' : stepsText(plan)],
    ...Object.entries(plan.parameters).map(([name, value]): [string, string] => [
      'Parameter',
      `${name} = ${JSON.stringify(value)}`,
    ]),
    ...plan.secrets.map((name): [string, string] => ['Parameter', `${name} = (secret)`]),
    [
      'Runs on',
      `${target.provider}: ${isolationTexts[target.isolation]}; memory limits are ${target.limits}`,
    ],
    ...target.reasons.filter((reason) => reason.code !== 'expiry-chosen').map(because),
    ['Costs', 'nothing'],
    [
      'Ends',
      `by itself after ${minutes(target.expiresAfterMinutes)} (at most ${minutes(plan.expires.mostMinutes)})`,
    ],
    ...target.reasons.filter((reason) => reason.code === 'expiry-chosen').map(because),
    ['Confirm', hash],
  ];
  return rows.map(([title, value]) => `  ${title.padEnd(12)}${oneLine(value)}\n`).join('');
}

function because(reason: Reason): [string, string] {
  return ['', `because ${reasonText(reason)}`];
}

function bytesOf(data: Detection['data'][number]): number {
  return data.snapshot.files.reduce((sum, file) => sum + file.size, 0);
}

function nodesText(group: Plan['groups'][number]): string {
  const limits = [
    group.cpus === undefined ? '' : `${group.cpus} CPU`,
    group.memoryMiB === undefined ? '' : `${group.memoryMiB / 1024} GiB memory`,
  ].filter((text) => text !== '');
  return `${group.count} × ${group.role}${limits.length > 0 ? `, ${limits.join(', ')}` : ''}`;
}

function stepsText(plan: Plan): string {
  return plan.steps.map((step) => step.title || `cell ${step.cell + 1}`).join(' → ');
}

function baseText(base: Target['bases'][string] | undefined): string {
  if (base?.kind === 'interpreter') return `${base.interpreter.implementation} ${base.interpreter.version}`;
  const images = base?.images.map(({ name, used }) => (name === used ? name : `${used} (for ${name})`)) ?? [];
  return images.length > 0 ? `on ${images.join(', ')}` : 'from scratch';
}

function specText(spec: Plan['environments'][string]): string {
  return spec.kind === 'python' ? count(spec.requirements.length, 'requirement') : `as ${spec.file} says`;
}

const isolationTexts: Readonly<Record<Target['isolation'], string>> = {
  none: 'on this computer, not isolated: it can read and change all that you can',
  bubblewrap: 'on this computer, isolated from your files by bubblewrap',
  container: 'in containers, isolated from your files',
};
