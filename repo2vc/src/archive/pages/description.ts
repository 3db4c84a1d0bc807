import { doiOf } from '../../model/index.ts';
import { escapeHtml, Html } from './html.ts';

const allowed = new Set([
  ...['p', 'br', 'hr', 'b', 'strong', 'i', 'em', 'u', 's', 'sub', 'sup', 'code', 'pre', 'blockquote'],
  ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'h1', 'h2', 'h3', 'h4', 'a'],
]);
const single = new Set(['br', 'hr']);
const silent = /<(script|style|template|iframe|object|svg|math)\b[\s\S]*?(<\/\1\s*>|$)|<!--[\s\S]*?(-->|$)/gi;

/**
 * Shows a description, which is a stranger's HTML. Nothing of it is passed through: what is shown is written anew from
 * a short list of tags, none with an attribute but a link's web address, each closed where it must be; all else is text.
 * Links to doi.org for DOIs that begin with `doiPrefix` lead to this archive, for nobody else knows them.
 */
export function descriptionHtml(description: string, doiPrefix: string): Html {
  const source = description.replace(silent, '');
  const parts: string[] = [];
  const open: string[] = [];
  const close = (tag: string) => {
    if (!open.includes(tag)) return;
    while (open.length > 0) {
      const last = open.pop();
      parts.push(`</${last}>`);
      if (last === tag) break;
    }
  };
  let end = 0;
  for (const match of source.matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^<>]*)>/gi)) {
    const [whole, slash, name = '', attributes = ''] = match;
    parts.push(textHtml(source.slice(end, match.index)));
    end = match.index + whole.length;
    const tag = name.toLowerCase();
    if (!allowed.has(tag)) continue;
    if (slash) close(tag);
    else if (single.has(tag)) parts.push(`<${tag}>`);
    else if (open.length < 50) {
      parts.push(tag === 'a' ? linkHtml(attributes, doiPrefix) : `<${tag}>`);
      open.push(tag);
    }
  }
  parts.push(textHtml(source.slice(end)));
  for (const tag of open.reverse()) parts.push(`</${tag}>`);
  return new Html(parts.join(''));
}

function linkHtml(attributes: string, doiPrefix: string): string {
  const [, , address = ''] = /\bhref\s*=\s*(["'])(.*?)\1/i.exec(attributes) ?? [];
  const target = decodeEntities(address).trim();
  const doi = doiOf(target);
  if (doi?.startsWith(doiPrefix)) return `<a href="/doi/${escapeHtml(doi)}">`;
  const isWeb = /^https?:\/\//i.test(target) && URL.canParse(target);
  return isWeb ? `<a href="${escapeHtml(target)}" rel="nofollow noopener">` : '<a>';
}

/** Text of HTML: its own entities mean what they meant, everything else is escaped. */
function textHtml(text: string): string {
  return escapeHtml(decodeEntities(text));
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[String(name).toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
      ? String.fromCodePoint(code)
      : '';
  });
}
