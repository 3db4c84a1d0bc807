import type { PublicRecord } from '../archive.ts';
import { type Fields, listAt, objectAt, textAt } from '../fields.ts';
import { rights } from '../vocabularies.ts';
import { type Html, html } from './html.ts';
import { keywordsOf } from './kinds.ts';
import { dateText } from './page.ts';

/** What stands beside a record: its DOIs, licence, keywords and versions (newest first). */
export function facts(record: PublicRecord, conceptDoi: string, versions: readonly PublicRecord[]): Html {
  const { metadata, doi = '' } = record.published;
  return html`<dl>
<dt>DOI of this version</dt><dd><a href="/doi/${doi}">${doi}</a></dd>
<dt>DOI of all versions</dt><dd><a href="/doi/${conceptDoi}">${conceptDoi}</a></dd>
${fact('Licence', listAt(metadata, 'rights').map(licence))}
${fact('Published by', [textAt(metadata, 'publisher')])}
${fact('Keywords', keywordsOf(metadata))}
${
  versions.length > 1 &&
  fact(
    'Versions',
    versions.map((version) => versionLink(version, version.id === record.id)),
  )
}
</dl>`;
}

function fact(title: string, values: readonly (Html | string)[]): Html | undefined {
  const shown = values.filter((value) => value !== '');
  if (shown.length === 0) return undefined;
  return html`<dt>${title}</dt><dd><ul>${shown.map((value) => html`<li>${value}</li>`)}</ul></dd>`;
}

function licence(value: Fields): Html | string {
  const known = rights.get(textAt(value, 'id'));
  if (!known) return textAt(objectAt(value, 'title'), 'en');
  return html`<a href="${known.url}">${known.title}</a>`;
}

function versionLink(version: PublicRecord, isCurrent: boolean): Html {
  const { metadata } = version.published;
  const label = textAt(metadata, 'version') || `Version ${version.index}`;
  const date = dateText(textAt(metadata, 'publication_date'));
  return isCurrent
    ? html`<b>${label}</b>, ${date}`
    : html`<a href="/records/${version.id}">${label}</a>, ${date}`;
}
