import type { Answers, Creator, DepositRecord, Need } from '../../model/index.ts';
import type { Citation } from '../../provenance/citation.ts';
import type { SourceFolder } from './source.ts';
import type { Sources } from './sources.ts';

/** What a record says of itself, apart from its files. */
export interface Description
  extends Pick<DepositRecord, 'role' | 'folder' | 'title' | 'creators' | 'licence'> {
  readonly description?: string;
  readonly source: SourceFolder;
}

/** Descriptions of all records, in the order in which they become public; or what nobody told yet. */
export type Described =
  | { readonly descriptions: readonly Description[] }
  | { readonly needs: readonly Need[] };

/** What is known of a record before a person is asked. */
interface Known {
  readonly title?: string | undefined;
  readonly creators?: readonly Creator[] | undefined;
  readonly licence?: string | undefined;
  readonly description?: string | undefined;
}

/**
 * Finds title, creators and licence of each record: the person's answers for the folder that is published; its own
 * CITATION.cff; a template's descriptor; and what the published folder says, for the folders inside it.
 */
export function describeSources(sources: Sources, answers: Answers): Described {
  const main = sources.experiment ?? sources.environment;
  const told = main ? first(answers, main.citation, templateOf(sources, main)) : answers;
  const found = foldersOf(sources).map((source): [SourceFolder, Known] => [
    source,
    source === main ? told : first(source.citation, templateOf(sources, source), inherited(source, told)),
  ]);
  const needs = found.flatMap(([source, known]) => needsOf(source, known));
  if (needs.length > 0) return { needs: onceEach(needs) };
  return { descriptions: found.flatMap(([source, known]) => descriptionOf(source, known)) };
}

/** The folders in the order of publication: what is used first. */
export function foldersOf(sources: Sources): SourceFolder[] {
  return [...sources.data, sources.environment, sources.experiment].filter((source) => source !== undefined);
}

function templateOf(sources: Sources, source: SourceFolder): Known {
  return source === sources.environment ? sources.environment.template : {};
}

/** A folder inside the published one is by the same people, unless it says otherwise; a data folder needs a title too. */
function inherited({ role, name }: SourceFolder, { creators, licence, title }: Known): Known {
  return { creators, licence, ...(role === 'data' && title ? { title: `${name}: data of “${title}”` } : {}) };
}

function first(...known: readonly (Known | Citation | Answers)[]): Known {
  const pick = <K extends keyof Known>(key: K): Known[K] =>
    known.map((one) => (one as Known)[key]).find((value) => value !== undefined);
  return {
    title: pick('title'),
    creators: pick('creators'),
    licence: pick('licence'),
    description: pick('description'),
  };
}

function needsOf({ role }: SourceFolder, known: Known): Need[] {
  const fields = ['title', 'creators', 'licence'] as const;
  return fields
    .filter((field) => known[field] === undefined)
    .map((field) => ({ kind: 'metadata', field, role }));
}

/** One answer serves all records, so each field is asked for once: for the record that is published last. */
function onceEach(needs: readonly Need[]): Need[] {
  const byField = new Map(needs.map((need) => [need.kind === 'metadata' ? need.field : need.kind, need]));
  return [...byField.values()];
}

function descriptionOf(source: SourceFolder, known: Known): Description[] {
  const { title, creators, licence, description } = known;
  if (title === undefined || creators === undefined || licence === undefined) return [];
  const { role, folder } = source;
  return [
    {
      role,
      folder,
      title,
      creators: [...creators],
      licence,
      ...(description === undefined ? {} : { description }),
      source,
    },
  ];
}
