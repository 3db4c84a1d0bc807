import type { ArchiveContent } from '../../model/index.ts';
import type { PublicRecord } from '../archive.ts';
import { citationOf, creatorsOf } from '../citation.ts';
import { textAt } from '../fields.ts';
import { type LinkedWork, relationTitle } from '../links.ts';
import { descriptionHtml } from './description.ts';
import { facts } from './facts.ts';
import { type Html, html } from './html.ts';
import { kindOf } from './kinds.ts';
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
${use(view)}
${description(view)}
${links(view)}
${files(view)}
<section><h2>Cite as</h2><p class="text">${citationOf(published)}</p></section>
</div>
<aside>${facts(view.record, view.conceptDoi, view.versions)}</aside>
</div>
</article>`,
  );
}

function head(content: ArchiveContent, title: string): Html {
  const { metadata } = content;
  const version = textAt(metadata, 'version');
  return html`<p class="kind"><b>${kindOf(metadata)}</b>${version && ` · Version ${version}`} · ${dateText(textAt(metadata, 'publication_date'))}</p>
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

/** What one can do with it: reproduce an experiment, or build one's own on an environment. */
function use({ record, to }: RecordView): Html | undefined {
  const { doi, files: all, metadata } = record.published;
  const isUsed = to.some((work) => work.relation === 'requires');
  const kind = kindOf(metadata);
  if (isUsed || kind === 'Environment template') {
    return html`<section class="run"><h2>Build on it</h2>
<p>Publishes an experiment of yours that uses this environment.</p>
<pre>repo2vc publish FOLDER --to local --environment ${doi}</pre></section>`;
  }
  // An experiment may be packed into one file.
  if (kind !== 'Experiment' && !all.some((file) => file.key.endsWith('.ipynb'))) return undefined;
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
