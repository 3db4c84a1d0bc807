import { doiOf, doiUrl } from '../model/index.ts';
import {
  type Archive,
  type Caller,
  doiFor,
  idOfDoi,
  isPublic,
  latestOf,
  maySee,
  type PublicRecord,
  publicRecordOf,
} from './archive.ts';
import { type Fields, idAt, listAt, textAt } from './fields.ts';
import { relationTypes } from './vocabularies.ts';

/** Another work that a record is linked with, in one direction or the other. */
export interface LinkedWork {
  /** InvenioRDM's relation id, as stated by the record that states it. */
  readonly relation: string;
  /** Whether what is pointed at is data. */
  readonly isData: boolean;
  readonly identifier: string;
  /** Where a person can read about it; absent when the identifier leads nowhere. */
  readonly href?: string;
  readonly title: string;
}

/** The works that this record says it is linked with; `references` is left out where `requires` says more. */
export function linksFrom(archive: Archive, record: PublicRecord, caller: Caller): LinkedWork[] {
  const related = listAt(record.published.metadata, 'related_identifiers');
  const required = new Set(
    related.filter((one) => idAt(one, 'relation_type') === 'requires').map(identifierOf),
  );
  return related
    .filter((one) => !(idAt(one, 'relation_type') === 'references' && required.has(identifierOf(one))))
    .map((one) => statedLink(archive, one, caller));
}

function identifierOf(related: Fields): string {
  return textAt(related, 'identifier');
}

function statedLink(archive: Archive, related: Fields, caller: Caller): LinkedWork {
  const identifier = identifierOf(related);
  const relation = idAt(related, 'relation_type');
  const local = localWork(archive, identifier, caller);
  const isData = idAt(related, 'resource_type') === 'dataset';
  if (local) return { relation, isData, identifier, ...local };
  const doi = doiOf(identifier);
  const isWeb = /^https?:\/\//i.test(identifier) && URL.canParse(identifier);
  const href = doi ? doiUrl(doi) : isWeb ? identifier : undefined;
  return { relation, isData, identifier, title: identifier, ...(href ? { href } : {}) };
}

function localWork(
  archive: Archive,
  identifier: string,
  caller: Caller,
): { href: string; title: string } | undefined {
  const id = idOfDoi(archive, identifier);
  if (id === undefined) return undefined;
  const record = publicRecordOf(archive, id);
  const title = record && maySee(record, caller).record ? textAt(record.published.metadata, 'title') : '';
  return { href: `/records/${id}`, title: title || identifier };
}

/** The public records of this archive, in their newest versions, that say they are linked with any version of this one. */
export function linksTo(archive: Archive, record: PublicRecord, caller: Caller): LinkedWork[] {
  const ids = [record.parentId, ...archive.store.versions(record.parentId).map((version) => version.id)];
  const isData = idAt(record.published.metadata, 'resource_type') === 'dataset';
  const ours = new Set(ids.map((id) => doiFor(archive, id)));
  return archive.store
    .all()
    .filter(isPublic)
    .filter((other) => other.parentId !== record.parentId && maySee(other, caller).record)
    .filter((other) => latestOf(archive, other.parentId)?.id === other.id)
    .flatMap((other) => {
      const related = listAt(other.published.metadata, 'related_identifiers');
      const relation = strongest(related.filter((one) => ours.has(identifierOf(one))));
      const title = textAt(other.published.metadata, 'title');
      const identifier = other.published.doi ?? '';
      return relation ? [{ relation, isData, identifier, href: `/records/${other.id}`, title }] : [];
    });
}

/** One word for several links between the same two works: `requires` says most. */
function strongest(related: readonly Fields[]): string | undefined {
  const relations = related.map((one) => idAt(one, 'relation_type'));
  return relations.includes('requires') ? 'requires' : relations[0];
}

/** What a relation is called on the side that states it. */
export function relationTitle(relation: string): string {
  return relationTypes.get(relation)?.title ?? relation;
}
