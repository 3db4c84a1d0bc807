import type { Reason } from '../../model/index.ts';
import { safe } from './words.ts';

type Args = Readonly<Record<string, unknown>>;

/** Where a link stood. */
const places: Readonly<Record<string, string>> = {
  notebook: 'the notebook’s metadata',
  'related-identifiers': 'the record’s related identifiers',
  'ro-crate': 'the record’s RO-Crate',
};

const from = (args: Args) => places[String(args.from)] ?? String(args.from);

/** Who decided when it ends. */
const whose: Readonly<Record<string, string>> = {
  answer: 'you asked for it',
  settings: 'your settings say so',
  plan: 'neither you nor your settings say otherwise',
};

/** Why a provider could not be taken, by the code of its failure, and how to have it. */
const obstacles: Readonly<Record<string, string>> = {
  'no-engine': 'no container engine answers (`repo2vc doctor` says how to get one)',
  'engine-forbidden': 'this user may not talk to the container engine (`repo2vc doctor` says what to do)',
  'engine-silent': 'the container engine does not answer (`repo2vc doctor` says more)',
  'engine-too-old': 'the container engine is too old (`repo2vc doctor` says more)',
  'base-image-missing':
    'its base image is not there and cannot be fetched (containers.baseImages in settings.yaml names another)',
  'needs-container-engine': 'only a container engine can',
};

const why = (args: Args) => obstacles[String(args.why)] ?? String(args.why);

const sentences: Readonly<Record<string, (args: Args) => string>> = {
  'template-used': (a) => `it used ${a.doi}, according to ${from(a)}`,
  'template-linked': (a) => `it used the template in ${a.folder}, according to the notebook’s metadata`,
  'template-beside': (a) => `${a.notebook} in the same files is an environment template`,
  'buildpack-applies': (a) =>
    `no template; ${(a.files as string[]).join(', ')} describe it, as repo2docker reads them`,
  'data-used': (a) => `it used the data ${a.doi}, expected in ${a.into}, according to ${from(a)}`,
  'data-beside': (a) => `its data lie beside it, in ${a.folder}`,
  'record-link-ignored': (a) =>
    `the notebook comes first; another environment, ${a.doi}, is named by ${from(a)}`,
  'notebook-ignored': (a) => `${a.file} could not be read as a notebook`,
  'requirement-added': (a) => `${a.text} added to ${a.environment}, so that the notebook can be opened`,
  'file-ignored': (a) => `${a.file} plays no part`,
  'provider-named': (a) => `you named the provider ${a.provider}`,
  'provider-first-that-works': (a) => `${a.provider} is the first provider that works here`,
  'provider-unavailable': (a) => `${a.provider} does not work here: ${why(a)}`,
  'provider-refused': (a) => `${a.provider} cannot build it: ${why(a)}`,
  'expiry-chosen': (a) => whose[String(a.by)] ?? String(a.by),
};

/** The sentence for a reason; one without a sentence is shown with its code. */
export function reasonText(reason: Reason): string {
  const make = sentences[reason.code];
  if (make) return safe(make(reason.args));
  return safe(`${reason.code} ${Object.values(reason.args).flat().join(' ')}`);
}
