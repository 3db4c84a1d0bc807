import { type Fields, idAt, listAt, textAt } from '../fields.ts';
import { resourceTypes } from '../vocabularies.ts';

/** How repo2vc marks what it publishes: `repo2vc:<kind>` among the subjects. */
const published: Readonly<Record<string, string>> = {
  'repo2vc:experiment': 'Experiment',
  'repo2vc:environment-template': 'Environment template',
};

/** What a record is, in a word for people. */
export function kindOf(metadata: Fields): string {
  const marked = subjectsOf(metadata).find((subject) => Object.hasOwn(published, subject)) ?? '';
  return published[marked] ?? resourceTypes.get(idAt(metadata, 'resource_type'))?.title ?? '';
}

/** The subjects that are for people: not those by which repo2vc finds its records again. */
export function keywordsOf(metadata: Fields): string[] {
  return subjectsOf(metadata).filter((subject) => !/^repo2vc(?:[:-]|$)/.test(subject));
}

function subjectsOf(metadata: Fields): string[] {
  return listAt(metadata, 'subjects').map((subject) => textAt(subject, 'subject'));
}
