import { Html, html, type Part } from './html.ts';
import { style } from './style.ts';

/** A whole page around its content. */
export function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header><a href="/">Local archive</a><span>on this computer</span></header>
<main>
${content}
</main>
<footer><p>Served by repo2vc. The DOIs here begin with 10.5072, the prefix for tests: they are found on this computer only.</p></footer>
</body>
</html>
`.text;
}

/** A page that says one thing. */
export function messagePage(title: string, ...lines: readonly Part[]): string {
  return page(
    title,
    html`<h1>${title}</h1>${lines.map((line) => line && html`<p class="text">${line}</p>`)}`,
  );
}

/** 2026-08-21 as people write it, an interval of two as well; other dates as they are. */
export function dateText(date: string): string {
  return date.split('/').map(dayText).join(' to ');
}

function dayText(date: string): string {
  if (!/^\d{4}-\d\d-\d\d/.test(date)) return date;
  const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(date.slice(0, 10)));
}

/** A number of bytes as people read it. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  while (value >= 999.5 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[0]}`;
}
