import { createHash } from 'node:crypto';

/** The one style of all pages: theirs alone, in the page itself, for light and dark, wide and narrow. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --paper: #ffffff; --ink: #1d2329; --quiet: #5c6670; --line: #e4e1d9;
  --accent: #0b6e69; --tint: #e8f2f0; --code: #f4f2ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181b; --paper: #1b2024; --ink: #e8e6e1; --quiet: #a0a8ae; --line: #2f363b;
    --accent: #5cc8be; --tint: #1a302f; --code: #242a2e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 16px; padding-top: 20px; }
header a { color: inherit; text-decoration: none; font-weight: 650; letter-spacing: -.01em; }
header span, footer { color: var(--quiet); font-size: 14px; }
main { padding-top: 40px; padding-bottom: 48px; }
footer { padding-bottom: 36px; }
footer p { margin: 0; padding-top: 20px; border-top: 1px solid var(--line); }
.kind { margin: 0 0 10px; color: var(--quiet); font-size: 15px; }
.kind b { color: var(--accent); font-weight: 600; }
h1 {
  margin: 0 0 14px; max-width: 24em; font: 600 clamp(28px, 4.4vw, 42px)/1.16 Charter, "Bitstream Charter",
  "Iowan Old Style", Georgia, "DejaVu Serif", serif; letter-spacing: -.012em; text-wrap: balance; overflow-wrap: break-word;
}
h2 { margin: 0 0 12px; font-size: 18px; font-weight: 650; letter-spacing: -.005em; }
.creators { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 28px; }
.creators small { display: block; color: var(--quiet); font-size: 14px; line-height: 1.45; }
.record { display: grid; grid-template-columns: minmax(0, 1fr) 272px; gap: 40px 56px; margin-top: 40px; }
section { margin: 0 0 40px; }
.text { max-width: 68ch; overflow-wrap: break-word; }
.text > :first-child { margin-top: 0; }
.text > :last-child { margin-bottom: 0; }
.text :is(h1, h2, h3, h4) { font: inherit; font-weight: 650; margin: 1.2em 0 .4em; }
pre {
  margin: 0; padding: 14px 18px; overflow-x: auto; background: var(--code); border-radius: 8px;
  font: 15px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
.run { padding: 20px 22px; background: var(--tint); border-radius: 12px; }
.run p { margin: 0 0 12px; }
.run pre { background: var(--paper); user-select: all; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.works { list-style: none; margin: 0; padding: 0; }
.works li { padding: 12px 0; border-top: 1px solid var(--line); }
.works li:last-child { border-bottom: 1px solid var(--line); }
.works a { font-weight: 550; }
.works small { display: block; color: var(--quiet); font-size: 14px; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: 14px; padding: 0 16px 6px 0; }
td { padding: 10px 16px 10px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td small { display: block; color: var(--quiet); font-size: 13px; }
.size { text-align: right; white-space: nowrap; padding-right: 0; color: var(--quiet); }
dl { margin: 0; font-size: 15px; }
dt { color: var(--quiet); font-size: 14px; }
dd { margin: 0 0 18px; overflow-wrap: anywhere; }
dd ul { list-style: none; margin: 0; padding: 0; }
.list { margin-top: 28px; }
.list h2 { margin: 0; font: 600 22px/1.3 Charter, "Bitstream Charter", "Iowan Old Style", Georgia, "DejaVu Serif", serif; }
.list li { padding: 20px 0; }
.list h2 a { color: inherit; text-decoration: none; }
.list h2 a:hover { text-decoration: underline; text-decoration-thickness: 1px; }
form { display: flex; gap: 8px; max-width: 34em; margin-top: 22px; }
input, button { font: inherit; padding: 9px 14px; border-radius: 8px; border: 1px solid var(--line); }
input { flex: 1; min-width: 0; background: var(--paper); color: inherit; }
button { background: var(--accent); border-color: var(--accent); color: var(--ground); font-weight: 600; cursor: pointer; }
.pages { display: flex; gap: 20px; }
@media (max-width: 760px) {
  body { font-size: 16px; }
  header, main, footer { padding-left: 18px; padding-right: 18px; }
  main { padding-top: 28px; }
  .record { grid-template-columns: minmax(0, 1fr); gap: 0; margin-top: 28px; }
}
@media print { .run, form { display: none; } body { background: none; } }
`;

/** What a page may load and do: its own style, this origin's search form, and nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
