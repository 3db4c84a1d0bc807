const doiPattern = /^(?:doi:\s*|https?:\/\/(?:dx\.)?doi\.org\/)?(10\.\d{4,9}\/\S+)$/i;

/**
 * Reads a DOI in any form people write it (bare, `doi:`, or as a doi.org address); undefined when it is none.
 * DOIs compare without regard to case (DOI Handbook 3.4), so it is given in lower case.
 */
export function doiOf(text: string): string | undefined {
  const typed = text.trim();
  const plain = typed.includes('://') ? decodeOrKeep(typed.replace(/[?#].*$/, '')) : typed;
  return doiPattern.exec(plain)?.[1]?.toLowerCase();
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a DOI, for people. */
export function doiUrl(doi: string): string {
  return `https://doi.org/${doi}`;
}
