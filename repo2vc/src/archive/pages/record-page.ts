import { type ArchiveContent, doiUrl } from '../../model/index.ts';
import type { PublicRecord } from '../archive.ts';
import { citationOf, creatorsOf } from '../citation.ts';
import { listAt, objectAt, textAt } from '../fields.ts';
import { type LinkedWork, relationTitle } from '../links.ts';
import { resourceTypes, rights } from '../vocabularies.ts';
import { descriptionHtml } from './description.ts';
import { type Html, html } from './html.ts';
import { dateText, page, sizeText } from './page.ts';

/** All that the page of a record shows. */
export interface RecordView {
  readonly record: PublicRecord;
  readonly filesVisible: boolean;
  readonly doiPrefix: string;
  readonly conceptDoi: string;
  /** The versions that the reader may see, newest first. */
  readonly versions: readonly PublicRecord[];
  /** What this record says it is linked with. */
  readonly from: readonly LinkedWork[];
  /** What says it is linked with this record. */
  readonly to: readonly LinkedWork[];
}

/** The page of a published record, for people. */
export function recordPage(view: RecordView): string {
  const { published } = view.record;
  const title = textAt(published.metadata, 'title');
  return page(
    title,
    html`<article>
${head(published, title)}
<div class="record">
<div>
${newerVersion(view)}
${reproduce(view)}
${description(view)}
${links(view)}
${files(view)}
<section><h2>Cite as</h2><p class="text">${citationOf(published)}</p></section>
</div>
<aside>${facts(view)}</aside>
</div>
</article>`,
  );
}

function head(content: ArchiveContent, title: string): Html {
  const { metadata } = content;
  const type = resourceTypes.get(textAt(objectAt(metadata, 'resource_type'), 'id'))?.title;
  const version = textAt(metadata, 'version');
  return html`<p class="kind"><b>${type}</b>${version && ` · Version ${version}`} · ${dateText(textAt(metadata, 'publication_date'))}</p>
<h1>${title}</h1>
<ul class="creators">${creatorsOf(content).map(
    (creator) =>
      html`<li>${creator.name}${creator.affiliation && html`<small>${creator.affiliation}</small>`}${
        creator.orcid &&
        html`<small>ORCID <a href="https://orcid.org/${creator.orcid}">${creator.orcid}</a></small>`
      }</li>`,
  )}</ul>`;
}

function newerVersion({ record, versions }: RecordView): Html | undefined {
  const [latest] = versions;
  if (!latest || latest.id === record.id) return undefined;
  return html`<section><p class="text">There is a <a href="/records/${latest.id}">newer version</a> of this record.</p></section>`;
}

/** Only for a record that can be reproduced: a notebook that others do not name as their environment. */
function reproduce({ record, to }: RecordView): Html | undefined {
  const { doi, files: all } = record.published;
  const isEnvironment = to.some((work) => work.relation === 'requires');
  if (isEnvironment || !all.some((file) => file.key.endsWith('.ipynb'))) return undefined;
  return html`<section class="run"><h2>Reproduce it</h2>
<p>Rebuilds the environment, puts these files in it, and opens the notebook there.</p>
<pre>repo2vc reproduce ${doi}</pre></section>`;
}

function description({ record, doiPrefix }: RecordView): Html | undefined {
  const text = textAt(record.published.metadata, 'description');
  return text ? html`<section class="text">${descriptionHtml(text, doiPrefix)}</section>` : undefined;
}

function links({ from, to }: RecordView): Html {
  return html`${grouped(from, titleFrom)}${grouped(to, titleTo)}`;
}

function titleFrom({ relation, isData }: LinkedWork): string {
  if (relation === 'requires') return 'The environment it used';
  return relation === 'references' && isData ? 'The data it used' : relationTitle(relation);
}

function titleTo({ relation, isData }: LinkedWork): string {
  if (relation === 'requires') return 'Experiments that used this environment';
  return relation === 'references' && isData
    ? 'Experiments that used this data'
    : 'Works that refer to this one';
}

function grouped(list: readonly LinkedWork[], titleOf: (work: LinkedWork) => string): Html[] {
  const titles = [...new Set(list.map(titleOf))];
  const first = (title: string) => (title.includes('environment') ? 0 : 1);
  titles.sort((a, b) => first(a) - first(b));
  return titles.map((title) =>
    works(
      title,
      list.filter((work) => titleOf(work) === title),
    ),
  );
}

function works(title: string, list: readonly LinkedWork[]): Html {
  return html`<section><h2>${title}</h2><ul class="works">${list.map(
    (work) =>
      html`<li>${work.href ? html`<a href="${work.href}">${work.title}</a>` : work.title}${
        work.title !== work.identifier && html`<small>${work.identifier}</small>`
      }</li>`,
  )}</ul></section>`;
}

function files({ record, filesVisible }: RecordView): Html | undefined {
  const list = record.published.files;
  if (!filesVisible) {
    return html`<section><h2>Files</h2><p class="text">The files are restricted. Ask the creators for access.</p></section>`;
  }
  if (list.length === 0) return undefined;
  return html`<section><h2>Files</h2><table>
<thead><tr><th scope="col">Name and MD5 checksum</th><th scope="col" class="size">Size</th></tr></thead>
<tbody>${list.map(
    (file) =>
      html`<tr><td><a href="/api/records/${record.id}/files/${encodeURIComponent(file.key)}/content" download>${file.key}</a><small><code>${file.md5}</code></small></td><td class="size">${sizeText(file.size ?? 0)}</td></tr>`,
  )}</tbody></table></section>`;
}

function facts({ record, conceptDoi, versions }: RecordView): Html {
  const { metadata, doi = '' } = record.published;
  const subjects = listAt(metadata, 'subjects').map((subject) => textAt(subject, 'subject'));
  return html`<dl>
<dt>DOI of this version</dt><dd><a href="/doi/${doi}">${doi}</a></dd>
<dt>DOI of all versions</dt><dd><a href="/doi/${conceptDoi}">${conceptDoi}</a></dd>
${fact('Licence', listAt(metadata, 'rights').map(licence))}
${fact('Published by', [textAt(metadata, 'publisher')])}
${fact('Keywords', subjects)}
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

function licence(value: Readonly<Record<string, unknown>>): Html | string {
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

/** What stands where a record was: what it was called, and when and why it went. */
export function tombstonePage(record: PublicRecord): string {
  const { tombstone, published } = record;
  const title = textAt(published.metadata, 'title');
  const removed = tombstone?.removedAt ?? '';
  return page(
    `Removed: ${title}`,
    html`<p class="kind"><b>Removed</b> · ${dateText(removed)}</p>
<h1>${title}</h1>
<div class="record"><div>
<section><p class="text">This record was removed by its owner, and its files with it. Its DOI goes on leading here.</p>
${tombstone?.note && html`<p class="text">${tombstone.note}</p>`}</section>
<section><h2>It was cited as</h2><p class="text">${tombstone?.citation}</p></section>
</div>
<aside><dl><dt>DOI</dt><dd>${published.doi && doiUrl(published.doi)}</dd><dt>Reason</dt><dd>${tombstone?.reason}</dd></dl></aside>
</div>`,
  );
}
