/** What is wrong with one field, in InvenioRDM's words. */
export interface FieldError {
  readonly field: string;
  readonly messages: readonly string[];
}

/** An answer that is an error of HTTP: for the client that asked, not a fault of the archive. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** Further fields of the answer's body, beside `status` and `message`. */
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.more = more;
    this.headers = headers;
  }
}

/** The refusal of values that are not valid: 400 with what is wrong with each field. */
export function invalid(...errors: readonly FieldError[]): Refusal {
  return new Refusal(400, 'A validation error occurred.', { errors });
}

/** The refusal of what the caller may not do or see. */
export function denied(): Refusal {
  return new Refusal(403, 'Permission denied.');
}

/** The refusal of an id that stands for nothing. */
export function unknownId(): Refusal {
  return new Refusal(404, 'The persistent identifier does not exist.');
}
