import { isLoopback } from '../../io/addresses.ts';
import { doiOf, type InvenioRdmReference } from '../../model/index.ts';
import type { ClaimContext } from '../types.ts';

type Known = Pick<ClaimContext, 'archives'>;

/**
 * The address of a record, at whatever host: /records/ID as InvenioRDM has it (/record/ID as Zenodo once had), the
 * same under /api, or /doi/DOI. Plain http stays for this computer and for origins that are configured so.
 */
export function claims(text: string, { archives }: Known): InvenioRdmReference | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // What stands before the host or behind the path may be a password or a secret link's token: it is not kept.
  const kept = url.origin + url.pathname;
  const isKnown = archives.some(({ origin }) => origin === url.origin);
  if (url.protocol === 'http:' && !isKnown && !isLoopback(url.hostname)) url.protocol = 'https:';
  const path = decodedPath(url);
  const byId = /^\/(?:api\/)?records?\/([A-Za-z0-9-]{1,64})(?:\/.*)?$/.exec(path)?.[1];
  const doi = byId === undefined ? doiOf(path.replace(/^\/doi\//, '')) : undefined;
  const recordId = byId ?? recordIdOfDoi(doi ?? '');
  if (!recordId) return undefined;
  const { origin } = url;
  return { schemaVersion: 1, kind: 'invenio-rdm', text: kept, origin, recordId, ...(doi && { doi }) };
}

/** A DOI's landing page, when it is the page of a record. */
export function landing(url: string, doi: string, context: Known): InvenioRdmReference | undefined {
  const claimed = claims(url, context);
  return claimed && { ...claimed, doi };
}

/**
 * The record that a DOI of InvenioRDM means: its suffix is ID or CLIENT.ID (`zenodo.123`). That it does mean it is
 * seen when the record is read.
 */
function recordIdOfDoi(doi: string): string | undefined {
  return /^10\.[^/]+\/(?:[^/]*\.)?([A-Za-z0-9-]{1,64})$/.exec(doi)?.[1];
}

function decodedPath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    return url.pathname;
  }
}
