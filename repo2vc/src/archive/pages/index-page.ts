import type { PublicRecord } from '../archive.ts';
import { creatorsOf } from '../citation.ts';
import { textAt } from '../fields.ts';
import { type Html, html } from './html.ts';
import { kindOf } from './kinds.ts';
import { dateText, page } from './page.ts';

/** One page of the list of records. */
interface IndexView {
  readonly q: string;
  readonly records: readonly PublicRecord[];
  readonly total: number;
  readonly number: number;
  readonly hasMore: boolean;
}

/** The front page: what the archive holds, newest first, and a search. */
export function indexPage(view: IndexView): string {
  const { q, total } = view;
  const count = total === 1 ? '1 record' : `${total} records`;
  return page(
    'Local archive',
    html`<h1>What is published here</h1>
<form action="/" role="search"><input type="search" name="q" value="${q}" aria-label="Search the records" placeholder="Title, person, keyword or DOI"><button>Search</button></form>
${total === 0 ? nothing(q) : html`<p class="kind list">${count}</p><ul class="works list">${view.records.map(entry)}</ul>${pages(view)}`}`,
  );
}

function nothing(q: string): Html {
  if (q)
    return html`<section class="list"><p class="text">Nothing here matches that. <a href="/">Show all records</a></p></section>`;
  return html`<section class="list run"><p>Nothing yet. An experiment and its environment are published with</p><pre>repo2vc publish FOLDER --to local</pre></section>`;
}

function entry(record: PublicRecord): Html {
  const { metadata, doi } = record.published;
  const names = creatorsOf(record.published).map((creator) => creator.name);
  return html`<li><h2><a href="/records/${record.id}">${textAt(metadata, 'title')}</a></h2>
${names.join(', ')}<small>${kindOf(metadata)} · ${dateText(textAt(metadata, 'publication_date'))} · ${doi}</small></li>`;
}

function pages({ q, number, hasMore }: IndexView): Html | undefined {
  if (number === 1 && !hasMore) return undefined;
  const at = (wanted: number) => `/?${new URLSearchParams({ ...(q ? { q } : {}), page: String(wanted) })}`;
  return html`<nav class="pages" aria-label="Pages">${number > 1 && html`<a href="${at(number - 1)}" rel="prev">Newer</a>`}${
    hasMore && html`<a href="${at(number + 1)}" rel="next">Older</a>`
  }</nav>`;
}
