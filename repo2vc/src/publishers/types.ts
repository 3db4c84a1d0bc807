import type { Context } from '../context.ts';
import type { Http } from '../io/http.ts';
import type { ArchiveSetting, DepositRecord } from '../model/index.ts';

/** What a publisher works with: where it publishes, and the one way to talk to servers. */
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
  /** In hexadecimal. */
  readonly md5: string;
}

/** What the archive gave a new draft. */
export interface Draft {
  readonly recordId: string;
  readonly doi: string;
  /** The draft's page, for its owner. */
  readonly page: string;
}

/** What the archive says of a record that is public. */
export interface Publication {
  readonly conceptDoi?: string;
  /** The record's page, for everybody. */
  readonly page: string;
}

/**
 * Where records are published. Every call is safe to repeat after any interruption. Failures: `login-needed`,
 * `draft-refused` (everything that the archive objects to), `upload-failed`, `checksum-mismatch`.
 */
export interface Publisher {
  readonly id: 'invenio-rdm';
  /** What one record may hold. */
  readonly limits: { readonly files: number; readonly bytes: number };
  /** Makes a draft with a reserved DOI, or finds the one that an interrupted call with this record's nonce made. */
  createDraft(record: DepositRecord, tools: PublishTools): Promise<Draft>;
  /** Makes the draft hold exactly these files, byte for byte: verified against the archive's own checksum. */
  upload(record: DepositRecord, files: readonly Upload[], tools: PublishTools): Promise<void>;
  /** Writes the metadata; a Failure lists everything the archive objects to. */
  describe(record: DepositRecord, tools: PublishTools): Promise<void>;
  /**
   * Makes the draft public, once: a lost answer is observed before anything is retried. Then reads the record back
   * and compares it with what was to be published (`publication-differs`).
   */
  publish(record: DepositRecord, tools: PublishTools): Promise<Publication>;
  /** Throws the draft away, also one whose making was interrupted; nothing to do is fine. Never touches what is public. */
  discard(record: DepositRecord, tools: PublishTools): Promise<void>;
}
