import type { Readable } from 'node:stream';
import type { Emit } from '../events.ts';

/** One request. Only the credential of the url's own origin is ever sent, and never across a redirect elsewhere. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly accept?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as application/octet-stream; a function, so that a retry can start again. */
  readonly body?: { readonly size: number; readonly open: () => Readable };
  /** Statuses that are an answer, not an error. 2xx always are. */
  readonly expect?: readonly number[];
  /** Whether an unknown outcome (a lost answer, 5xx) may be retried. Default: for GET and HEAD. */
  readonly idempotent?: boolean;
  /** Redirects to follow. Default: 5. */
  readonly maxRedirects?: number;
  readonly maxBytes?: number;
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when the answer is JSON, else undefined. */
  readonly json: unknown;
  readonly text: string;
  /** The last url, after redirects. */
  readonly url: string;
}

/** A download that goes to a file while its checksums are taken. */
export interface Download {
  readonly url: string;
  /** Absolute path; a partial file that is there is continued when the server allows it. */
  readonly path: string;
  readonly size?: number;
  /** As archives write it: `md5:…`, `sha256:…`. A mismatch removes the file and is the Failure `checksum-mismatch`. */
  readonly checksum?: string;
  readonly maxBytes: number;
  readonly name: string;
}

export interface Http {
  request(request: HttpRequest): Promise<HttpAnswer>;
  download(
    download: Download,
    tools: { emit: Emit; signal: AbortSignal },
  ): Promise<{ size: number; sha256: string }>;
}
