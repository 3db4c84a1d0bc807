import { isLoopback } from '../../io/addresses.ts';
import { doiOf, type InvenioRdmReference } from '../../model/index.ts';

/**
 * The address of a record, at whatever host: /records/ID as InvenioRDM has it (/record/ID as Zenodo once had), the
 * same under /api, or /doi/DOI.
 */
export function claims(text: string): InvenioRdmReference | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) url.protocol = 'https:';
  const path = decodedPath(url);
  const recordId =
    /^\/(?:api\/)?records?\/([A-Za-z0-9-]{1,64})(?:\/.*)?$/.exec(path)?.[1] ??
    recordIdOfDoi(doiOf(path.replace(/^\/doi\//, '')) ?? '');
  if (!recordId) return undefined;
  // What comes behind the path may be a secret link's token: it is not kept.
  const kept = url.search || url.username ? url.origin + url.pathname : text;
  return { schemaVersion: 1, kind: 'invenio-rdm', text: kept, origin: url.origin, recordId };
}

/** A DOI's landing page, when it is the page of a record. */
export function landing(url: string, doi: string): InvenioRdmReference | undefined {
  const claimed = claims(url);
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
