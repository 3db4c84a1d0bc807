import type { Context } from '../context.ts';
import type { Http } from '../io/http.ts';
import type { ArchiveSetting, DepositRecord } from '../model/index.ts';

export interface PublishTools extends Context {
  readonly http: Http;
  readonly archive: ArchiveSetting;
}

/** A file to upload. */
export interface Upload {
  readonly key: string;
  /** Absolute path. */
  readonly path: string;
  readonly size: number;
  readonly md5: string;
}

/** Where records are published. Every call is safe to repeat after any interruption. */
export interface Publisher {
  readonly id: 'invenio-rdm';
  /** Makes a draft with a reserved DOI, or finds the one that an interrupted call with this nonce made. */
  createDraft(
    record: DepositRecord,
    nonce: string,
    tools: PublishTools,
  ): Promise<{ recordId: string; doi: string; page: string }>;
  /** Makes the draft hold exactly these files, byte for byte: verified against the archive's own checksum. */
  upload(record: DepositRecord, files: readonly Upload[], tools: PublishTools): Promise<void>;
  /** Writes the metadata; a Failure lists everything the archive objects to. */
  describe(record: DepositRecord, nonce: string, tools: PublishTools): Promise<void>;
  /** Makes the draft public, once: a lost answer is observed before anything is retried. */
  publish(
    record: DepositRecord,
    tools: PublishTools,
  ): Promise<{ doi: string; conceptDoi?: string; page: string }>;
  /** Throws a draft away; nothing to do is fine. */
  discard(record: DepositRecord, tools: PublishTools): Promise<void>;
}
