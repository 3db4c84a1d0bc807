import { Failure } from '../../failure.ts';
import type { Detection, FileEntry, Reason, Snapshot } from '../../model/index.ts';
import type { Link } from './used-links.ts';

/** Fetches the record of a DOI into a folder of the run. */
export type Fetch = (doi: string, folder: string) => Promise<Snapshot>;

type RecordLink = Link & { readonly kind: 'record' };

/**
 * Fetches what a `used` link names. Failures: `used-itself` when that is the experiment's own record, in any version;
 * `used-changed` when its files are not those that the author used.
 */
export async function follow(
  link: RecordLink,
  folder: string,
  experiment: Snapshot,
  fetch: Fetch,
): Promise<Snapshot> {
  if (link.doi === experiment.doi || link.doi === experiment.conceptDoi) throw usedItself(link.doi);
  const used = await fetch(link.doi, folder);
  const sameConcept = used.conceptDoi !== undefined && used.conceptDoi === experiment.conceptDoi;
  if (sameConcept || used.contentId === experiment.contentId) throw usedItself(link.doi);
  if (link.sha256 !== undefined && link.sha256 !== used.contentId) throw usedChanged(link, used);
  return used;
}

/**
 * Fetches the data that an experiment used. Data that lies beside the notebook is there already; two files for one
 * place are the Failure `data-collides`.
 */
export async function followData(
  links: readonly Link[],
  experiment: Snapshot,
  fetch: Fetch,
): Promise<{ data: Detection['data']; reasons: Reason[] }> {
  const data: Detection['data'] = [];
  const reasons: Reason[] = [];
  const placed = new Map(experiment.files.map((file) => [file.path, file.sha256]));
  for (const link of links) {
    if (link.kind === 'folder') {
      requireFolder(link.folder, experiment);
      reasons.push({ code: 'data-beside', args: { folder: link.folder } });
      continue;
    }
    const snapshot = await follow(link, `used/data-${data.length + 1}`, experiment, fetch);
    for (const file of snapshot.files) place(file, link, placed);
    data.push({ into: link.into, snapshot });
    reasons.push({ code: 'data-used', args: { doi: link.doi, into: link.into, from: link.from } });
  }
  return { data, reasons };
}

/** A link to a folder of the same snapshot must name one. Failure `used-missing`. */
export function requireFolder(folder: string, experiment: Snapshot): void {
  if (folder === '.' || experiment.files.some((file) => file.path.startsWith(`${folder}/`))) return;
  throw new Failure('used-missing', `A used link names the folder ${folder}, and there is none.`, {
    hint: 'Correct the path in the metadata of the notebook: it is relative to the notebook.',
    args: { folder },
  });
}

function place(file: FileEntry, link: RecordLink, placed: Map<string, string>): void {
  const path = link.into === '.' ? file.path : `${link.into}/${file.path}`;
  const there = placed.get(path);
  placed.set(path, file.sha256);
  if (there === undefined || there === file.sha256) return;
  throw new Failure('data-collides', `The data of ${link.doi} holds ${path}, and another file is there.`, {
    hint: 'Give that data a folder of its own: "into" of its used link.',
    args: { doi: link.doi, file: path },
  });
}

function usedItself(doi: string): Failure {
  return new Failure('used-itself', `The experiment says that it used ${doi}, which is its own record.`, {
    hint: 'Its used link must name the record of the environment template or of the data.',
    args: { doi },
  });
}

function usedChanged(link: RecordLink, used: Snapshot): Failure {
  return new Failure(
    'used-changed',
    `The files of ${link.doi} are not those that the experiment used: its author noted sha256 ${link.sha256}, and ` +
      `the record's files have ${used.contentId}.`,
    {
      hint: 'Ask the author which version was used; another version has another DOI.',
      args: { doi: link.doi, expected: link.sha256 ?? '', found: used.contentId },
    },
  );
}
