import type { Context } from '../context.ts';
import { type ArchiveContent, type ArchiveRecord, doiOf } from '../model/index.ts';
import type { Scope } from './folder.ts';
import { denied, Refusal, unknownId } from './refusal.ts';
import type { Store } from './store.ts';

/** What every route works with. */
export interface Archive {
  readonly directory: string;
  readonly archiveId: string;
  /** What all its DOIs begin with, up to the dot before the record's id. */
  readonly doiPrefix: string;
  readonly store: Store;
  readonly context: Context;
}

/** Who asks: nobody in particular, or the bearer of a token. */
export interface Caller {
  readonly user?: string;
  readonly scopes: readonly Scope[];
}

/** A record that is public now: published, and not removed since. */
export type PublicRecord = ArchiveRecord & { readonly published: ArchiveContent };

/** A record whose draft can be written: never published, or opened again for an edit. */
export type Draft = ArchiveRecord & { readonly draft: ArchiveContent };

/** Tells a record that is published and was not removed. */
export function isPublic(record: ArchiveRecord): record is PublicRecord {
  return record.published !== undefined && record.tombstone === undefined;
}

/** Refuses a caller who has no token (401) or whose token lacks the scope (403). */
export function requireScope(caller: Caller, scope: Scope): string {
  if (caller.user === undefined) {
    throw new Refusal(401, 'A token is needed for this.', {}, { 'www-authenticate': 'Bearer' });
  }
  if (!caller.scopes.includes(scope)) {
    throw new Refusal(403, `The token lacks the scope ${scope}.`);
  }
  return caller.user;
}

/** The record of this id, for its owner alone. */
export function ownRecord(archive: Archive, caller: Caller, scope: Scope, id: string): ArchiveRecord {
  const user = requireScope(caller, scope);
  const record = archive.store.get(id);
  if (!record) throw unknownId();
  if (record.owner !== user) throw denied();
  return record;
}

/** The draft of this record, for its owner alone; 404 when there is none. */
export function ownDraft(archive: Archive, caller: Caller, scope: Scope, id: string): Draft {
  const record = ownRecord(archive, caller, scope, id);
  if (!record.draft) throw unknownId();
  return { ...record, draft: record.draft };
}

/** Whether the caller may see the record, and whether its files. */
export function maySee(record: PublicRecord, caller: Caller): { record: boolean; files: boolean } {
  const own = caller.user !== undefined && caller.user === record.owner;
  const open = record.published.access.record === 'public';
  return { record: own || open, files: own || (open && record.published.access.files === 'public') };
}

/** The newest public version of a parent. */
export function latestOf(archive: Archive, parentId: string): PublicRecord | undefined {
  return archive.store.versions(parentId).filter(isPublic).at(-1);
}

/** The public record of this id that the caller may see; else 404, 403, or 410 with its tombstone. */
export function readableRecord(archive: Archive, caller: Caller, id: string): PublicRecord {
  const record = archive.store.get(id);
  if (!record?.published) throw unknownId();
  if (record.tombstone) throw gone(record);
  const found = { ...record, published: record.published };
  if (!maySee(found, caller).record) throw denied();
  return found;
}

/** The answer for a record that was removed: 410 with its tombstone, or 404 when that is hidden. */
export function gone(record: ArchiveRecord): Refusal {
  const { tombstone } = record;
  if (!tombstone?.visible) return unknownId();
  return new Refusal(410, 'Record deleted', {
    tombstone: {
      removal_reason: { id: tombstone.reason },
      note: tombstone.note,
      removed_by: { user: tombstone.removedBy },
      removal_date: tombstone.removedAt,
      citation_text: tombstone.citation,
      is_visible: true,
    },
  });
}

/** A version's DOI, or a concept's: InvenioRDM makes both from the id. */
export function doiFor(archive: Pick<Archive, 'doiPrefix'>, id: string): string {
  return `${archive.doiPrefix}.${id}`;
}

/** The public record that an id means: that version, or the newest of that concept. */
export function publicRecordOf(archive: Archive, id: string): PublicRecord | undefined {
  const version = archive.store.get(id);
  if (!version) return latestOf(archive, id);
  return isPublic(version) ? version : undefined;
}

/** The id of the record or concept whose DOI this is, once it has been published; removed ones keep their DOI. */
export function idOfDoi(archive: Archive, text: string): string | undefined {
  const doi = doiOf(text);
  if (!doi?.startsWith(doiFor(archive, ''))) return undefined;
  const id = doi.slice(archive.doiPrefix.length + 1);
  const isRegistered = (record: ArchiveRecord) =>
    record.published !== undefined && (record.id === id || record.parentId === id);
  return archive.store.all().some(isRegistered) ? id : undefined;
}

/** A new id as InvenioRDM writes them: ten characters of Crockford's base 32, in two groups. */
export function newRecordId(archive: Archive): string {
  let letters = '';
  while (letters.length < 10) letters += archive.context.random(20).replace(/[ilou]/g, '');
  const id = `${letters.slice(0, 5)}-${letters.slice(5, 10)}`;
  const taken = archive.store.all().some((record) => record.id === id || record.parentId === id);
  return taken ? newRecordId(archive) : id;
}

/** The time now, as records keep it. */
export function timestamp(archive: Archive): string {
  return archive.context.clock.now().toISOString();
}
