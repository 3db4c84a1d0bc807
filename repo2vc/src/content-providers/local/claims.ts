import { basename, dirname, resolve } from 'node:path';
import type { LocalReference } from '../../model/index.ts';
import type { ClaimContext } from '../types.ts';

/**
 * A path: absolute, below the home (`~`), or relative. What looks like an address, a DOI, an option or a page of a
 * known archive is none.
 */
export function claims(text: string, context: ClaimContext): LocalReference | undefined {
  if (!looksLikePath(text, context)) return undefined;
  const expanded = context.home && /^~(\/|$)/.test(text) ? context.home + text.slice(1) : text;
  const path = resolve(context.workingDirectory, expanded);
  if (!path.endsWith('.ipynb')) return { schemaVersion: 1, kind: 'local', text, path };
  return { schemaVersion: 1, kind: 'local', text, path: dirname(path), notebook: basename(path) };
}

function looksLikePath(text: string, context: ClaimContext): boolean {
  if (text === '' || text.startsWith('-') || /[\u0000-\u001f]/.test(text)) return false;
  if (/^(\/|\.\.?(\/|$)|~(\/|$))/.test(text)) return true;
  if (/^[a-z][a-z0-9+.-]*:|^10\.\d|^[^/\s]+@[^/\s]+:/i.test(text)) return false;
  if (/\b10\.\d{4,9}\//.test(text)) return false;
  const [first] = text.split('/');
  return !context.archives.some((archive) => new URL(archive.origin).host === first);
}
