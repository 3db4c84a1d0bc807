import { expect, test } from 'vitest';
import { descriptionHtml } from '../../../../repo2vc/src/archive/pages/description.ts';
import { html } from '../../../../repo2vc/src/archive/pages/html.ts';

const shown = (source: string) => descriptionHtml(source, '10.5072/repo2vc.abcdefgh').text;

test.each([
  ['<p>An <b>experiment</b>.</p>', '<p>An <b>experiment</b>.</p>'],
  ['<P CLASS="x" onclick="evil()">a<BR>b</P>', '<p>a<br>b</p>'],
  ['a<script>alert(1)</script>b', 'ab'],
  ['a<script>alert(1)', 'a'],
  ['<scr<script></script>ipt>alert(1)', 'alert(1)'],
  ['<!-- hidden -->a', 'a'],
  ['<ul><li>one<li>two</ul>', '<ul><li>one<li>two</li></li></ul>'],
  ['<p><em>open', '<p><em>open</em></p>'],
  ['</p></div>closed', 'closed'],
  ['1 < 2 & 3 &gt; 2', '1 &#60; 2 &#38; 3 &#62; 2'],
  ['&lt;script&gt;', '&#60;script&#62;'],
  ['<img src=x onerror=alert(1)>', ''],
  ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="&#106;avascript:alert(1)">x</a>', '<a>x</a>'],
  [
    '<a href="https://example.org/?a=1&amp;b=%22">x</a>',
    '<a href="https://example.org/?a=1&#38;b=%22" rel="nofollow noopener">x</a>',
  ],
  [
    '<a href="https://doi.org/10.5072/repo2vc.abcdefgh.1">x</a>',
    '<a href="/doi/10.5072/repo2vc.abcdefgh.1">x</a>',
  ],
  ["<a href='https://example.org/\"><script>'>x</a>", '<a></a>'],
])('%s', (source, expected) => {
  expect(shown(source)).toBe(expected);
});

test('only known tags come out, whatever goes in', () => {
  const pieces = [
    '<',
    '>',
    '"',
    "'",
    '&',
    '/',
    'script',
    'a href=',
    'javascript:',
    '<!--',
    '-->',
    '<b',
    ' onx=',
    '\u0000',
  ];
  let state = 7;
  for (let round = 0; round < 3000; round++) {
    let source = '';
    for (let part = 0; part < 12; part++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      source += pieces[state % pieces.length];
    }
    const rest = shown(source).replace(/<\/?(?:b|a|p)>|<a href="[^"<>]*"(?: rel="nofollow noopener")?>/g, '');
    expect(rest).not.toMatch(/[<>]/);
  }
});

test('what is put into a page is escaped, in text and attributes', () => {
  const evil = `<b>"'&`;
  expect(html`<a title="${evil}">${[evil, undefined, false, 1]}${html`<i></i>`}</a>`.text).toBe(
    '<a title="&#60;b&#62;&#34;&#39;&#38;">&#60;b&#62;&#34;&#39;&#38;1<i></i></a>',
  );
});
