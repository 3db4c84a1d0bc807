import { posix } from 'node:path';
import { readExperiment } from '../../environment-templates/experiment.ts';
import { Failure } from '../../failure.ts';
import { doiOf, type Reason, type Snapshot, type UsedLink } from '../../model/index.ts';
import type { Notebook } from '../../notebooks/read.ts';
import { kindOf, sourceOf } from './find-templates.ts';

/** A `used` link with its place: a record to be fetched, or a folder of the snapshot that N lies in. */
export type Link =
  | {
      readonly kind: 'record';
      readonly doi: string;
      readonly sha256?: string;
      /** Data: the folder, in the experiment's own, where the files go. */
      readonly into: string;
      readonly from: 'notebook' | 'related-identifiers' | 'ro-crate';
    }
  | { readonly kind: 'folder'; readonly folder: string };

/** What an experiment used, as it says itself. */
export interface UsedLinks {
  readonly environment?: Link;
  readonly data: readonly Link[];
  readonly reasons: readonly Reason[];
}

const defaultDataFolder = 'data';

/**
 * The `used` links of an experiment. The notebook's own metadata count first; the record's links serve what the
 * notebook does not say (an environment), and all of it when the notebook is no experiment by its metadata.
 */
export function usedLinks(snapshot: Snapshot, entry: Notebook | undefined): UsedLinks {
  const folder = entry ? posix.dirname(entry.name) : '.';
  const experiment =
    entry && kindOf(entry) === 'experiment'
      ? readExperiment(entry.metadata.repo2vc, sourceOf(entry))
      : undefined;
  const own = experiment?.used ?? [];
  const ofRole = (role: UsedLink['role']) =>
    own.filter((link) => link.role === role).map((link) => place(link, folder));
  const [environment] = ofRole('environment');
  const fromRecord = environment ? undefined : recordEnvironment(snapshot);
  const data = experiment ? ofRole('data') : recordData(snapshot, folder);
  const chosen = environment ?? fromRecord;
  return {
    ...(chosen && { environment: chosen }),
    data,
    reasons: environment ? unheeded(snapshot, environment) : [],
  };
}

function place(link: UsedLink, folder: string): Link {
  if ('path' in link) return { kind: 'folder', folder: posix.join(folder, link.path) };
  return {
    kind: 'record',
    doi: doiOf(link.doi) ?? link.doi,
    ...(link.sha256 !== undefined && { sha256: link.sha256 }),
    into: posix.join(folder, link.into ?? defaultDataFolder),
    from: 'notebook',
  };
}

function recordEnvironment(snapshot: Snapshot): Link | undefined {
  const links = snapshot.links.filter((link) => link.role === 'environment');
  for (const from of ['related-identifiers', 'ro-crate'] as const) {
    const dois = [
      ...new Set(links.filter((link) => link.from === from).map((link) => doiOf(link.doi) ?? link.doi)),
    ];
    if (dois.length > 1) throw ambiguousEnvironment(dois);
    if (dois[0] !== undefined) return { kind: 'record', doi: dois[0], into: '.', from };
  }
  return undefined;
}

function recordData(snapshot: Snapshot, folder: string): Link[] {
  const links = snapshot.links.filter((link) => link.role === 'data');
  const byDoi = new Map(links.map((link) => [doiOf(link.doi) ?? link.doi, link.from]));
  const into = posix.join(folder, defaultDataFolder);
  return [...byDoi].map(([doi, from]) => ({ kind: 'record', doi, into, from }));
}

/** The record's own links that say something else than the notebook does. */
function unheeded(snapshot: Snapshot, chosen: Link): Reason[] {
  return snapshot.links
    .filter((link) => link.role === 'environment')
    .filter((link) => chosen.kind === 'folder' || (doiOf(link.doi) ?? link.doi) !== chosen.doi)
    .map((link) => ({ code: 'record-link-ignored', args: { doi: link.doi, from: link.from } }));
}

function ambiguousEnvironment(dois: readonly string[]): Failure {
  return new Failure(
    'ambiguous-environment',
    `The record names ${dois.length} environments, and its notebook none: ${dois.join(', ')}.`,
    {
      hint: 'Its author can say which one was used: a `used` link of role environment in the notebook.',
      args: { dois },
    },
  );
}
