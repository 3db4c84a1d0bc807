import type { Event, Step } from '../../events.ts';
import type { Args } from '../../failure.ts';
import type { EventRecord } from '../../model/index.ts';
import { count, duration, minutes, moment, oneLine, size } from './words.ts';

/** What each step is called while it runs. */
export const stepTitles: Readonly<Record<Step, string>> = {
  resolve: 'Resolve the reference',
  fetch: 'Fetch and verify the files',
  detect: 'Find what describes the environment',
  plan: 'Plan',
  target: 'Choose where to run',
  build: 'Build the environment',
  provision: 'Create the nodes',
  prepare: 'Run the template’s steps',
  inject: 'Place the experiment and open it',
  draft: 'Make drafts with reserved DOIs',
  publish: 'Make them public',
};

type Facts = Readonly<Record<string, unknown>>;
const text = (facts: Facts, key: string) => oneLine(String(facts[key] ?? ''));
const number = (facts: Facts, key: string) => Number(facts[key] ?? 0);

const results: Readonly<Partial<Record<Step, (facts: Facts) => string>>> = {
  resolve: (f) => text(f, 'where'),
  fetch: (f) =>
    `${quoted(f)}${count(number(f, 'files'), 'file')}, ${size(number(f, 'bytes'))}, checksums verified`,
  detect: (f) =>
    `${describedBy(f)}${number(f, 'data') > 0 ? `, ${count(number(f, 'data'), 'data record')}` : ''}`,
  plan: (f) =>
    [
      count(number(f, 'environments'), 'environment'),
      count(number(f, 'nodes'), 'node'),
      `${count(number(f, 'steps'), 'step')} to run`,
    ].join(', '),
  target: (f) => `${text(f, 'provider')}, ${isolation(f)}, ends after ${minutes(number(f, 'minutes'))}, free`,
  build: (f) =>
    `${(f.interpreters as string[]).join(', ')}, ${count(number(f, 'packages'), 'package')} locked`,
  provision: (f) =>
    `cluster ${text(f, 'cluster')}, ${count(number(f, 'nodes'), 'node')}, until ${moment(text(f, 'expires'))}`,
  prepare: (f) => (number(f, 'cells') === 0 ? 'nothing to run' : `${count(number(f, 'cells'), 'cell')} ran`),
  inject: (f) => `on ${text(f, 'node')}, ${text(f, 'host')}:${number(f, 'port')}`,
  draft: (f) => `${count(number(f, 'records'), 'record')} at ${text(f, 'archive')}, not public yet`,
  publish: (f) => `${count(number(f, 'records'), 'record')} at ${text(f, 'archive')}`,
};

function quoted(facts: Facts): string {
  return facts.title ? `“${text(facts, 'title')}”, ` : '';
}

function isolation(facts: Facts): string {
  return facts.isolation === 'none'
    ? 'not isolated from this account'
    : `isolated by ${text(facts, 'isolation')}`;
}

function describedBy(facts: Facts): string {
  if (facts.by === 'buildpack') return `${text(facts, 'title')} specification in the repository`;
  const title = `“${text(facts, 'title')}”`;
  return facts.by === 'used-link'
    ? `environment template ${title} ${text(facts, 'doi')}`.trimEnd()
    : `its own environment template ${title}`;
}

/** What a finished step gave, in one phrase. */
export function resultOf(step: Step, facts: Args): string {
  return results[step]?.(facts) ?? '';
}

type Sentences = { readonly [C in Event['code']]?: (args: Extract<Event, { code: C }>['args']) => string };

/** Sentences for events that stand on a line of their own; those without one only move the display. */
const sentences: Sentences = {
  'run-resumed': () => 'Going on where it stopped.',
  'resolver-asked': (a) => `asking ${a.origin} where ${a.doi} is`,
  'request-retried': (a) => `${a.why}; trying again in ${a.seconds} s (${a.url})`,
  'download-resumed': (a) => `${a.file}: going on at ${size(a.from)}`,
  'file-verified': (a) => `${a.file}, ${size(a.bytes)}, verified`,
  'archive-unpacked': (a) => `${a.file} unpacked: ${count(a.entries, 'file')}, ${size(a.bytes)}`,
  'version-chosen': (a) => `${a.concept} stands for all versions; taking ${a.doi}`,
  'environment-reused': (a) => `${a.name}: as built before (${a.id.slice(0, 12)})`,
  'environment-building': (a) => `${a.name}: building with ${a.interpreter}`,
  'environment-built': (a) => `${a.name}: ${count(a.packages, 'package')} in ${duration(a.ms)}`,
  'tool-installing': (a) => `installing ${a.tool} ${a.version}`,
  'cluster-step-retried': (a) => `${a.step}: ${a.why}; trying again`,
  'client-started': () => 'the template’s cells run in a client of their own',
  'cell-finished': (a) => `step ${a.index} of ${a.of} done in ${duration(a.ms)}`,
  'cell-started': (a) => `step ${a.index} of ${a.of}: ${a.title}`,
  'cell-output': (a) => `  | ${a.line}`,
  'check-passed': (a) => `check passed: ${a.name}`,
  'preparation-restarted': () => 'the steps were interrupted: beginning again on fresh nodes',
  'files-placed': (a) => `${count(a.files, 'file')}, ${size(a.bytes)}, placed in ${a.directory} on ${a.node}`,
  'server-starting': (a) => `starting JupyterLab on ${a.node}`,
  'work-saved': (a) => `${count(a.files, 'changed file')} brought home to ${a.folder}`,
  'cluster-destroyed': (a) => `cluster ${a.cluster} is gone`,
  'draft-created': (a) => `${a.role}: draft “${a.title}”, reserved ${a.doi}`,
  'file-uploaded': (a) => `${a.role}: ${a.file}, ${size(a.bytes)}, uploaded and verified`,
  'draft-validated': (a) => `${a.role}: ${a.doi} accepted by the archive`,
  'record-published': (a) => `${a.role}: “${a.title}” is public: ${a.doi}`,
  warning: (a) => `note: ${a.message}`,
};

/** The sentence for an event, safe for a terminal; undefined for events that have no line of their own. */
export function sentenceOf(record: EventRecord): string | undefined {
  const make = sentences[record.code as Event['code']] as ((args: unknown) => string) | undefined;
  return make ? oneLine(make(record.args)) : undefined;
}
