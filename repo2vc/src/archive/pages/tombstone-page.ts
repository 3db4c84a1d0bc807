import { doiUrl } from '../../model/index.ts';
import type { PublicRecord } from '../archive.ts';
import { textAt } from '../fields.ts';
import { html } from './html.ts';
import { dateText, page } from './page.ts';

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
