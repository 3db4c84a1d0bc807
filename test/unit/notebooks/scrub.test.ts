import { expect, test } from 'vitest';
import { cellFailure } from '../../../repo2vc/src/notebooks/cell-failure.ts';
import { liveLines } from '../../../repo2vc/src/notebooks/live-lines.ts';
import { scrubberOf } from '../../../repo2vc/src/notebooks/scrub.ts';

const secret = 'p@ss/wörd"\\1+=';

test.each([
  ['as it is', secret],
  ['in JSON', JSON.stringify(secret)],
  ['in a URL', `https://host/?p=${encodeURIComponent(secret)}&x`],
  ['in a form', new URLSearchParams({ p: secret }).toString()],
  ['in base64', Buffer.from(secret).toString('base64')],
  ['in base64url', Buffer.from(secret).toString('base64url')],
  ['in base64 after one byte', Buffer.from(`a${secret}z`).toString('base64')],
  ['in base64 after two bytes', Buffer.from(`ab${secret}z`).toString('base64')],
  ['in hexadecimal', Buffer.from(secret).toString('hex')],
])('a secret %s is taken out', (_, text) => {
  const clean = scrubberOf([secret]).text(`before ${text} after`);
  expect(clean).toContain('***');
  expect(clean).toContain('before ');
  expect(clean).toContain(' after');
  const core = Buffer.from(secret).toString('base64').slice(2, -4);
  for (const part of [secret, secret.slice(4, 9), core]) expect(clean).not.toContain(part);
});

test('every line of a long secret is one, and a longer secret wins over a shorter', () => {
  const key = '-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----\n';
  const scrubber = scrubberOf([key, 'AAAA', '']);
  expect(scrubber.text('x AAAABBBBCCCC y AAAA z')).toBe('x *** y *** z');
  expect(scrubber.value({ AAAA: [1, null, 'AAAA'] })).toEqual({ '***': [1, null, '***'] });
});

test('without secrets nothing is changed', () => {
  const value = { any: ['thing'] };
  expect(scrubberOf([]).value(value)).toBe(value);
});

function linesOf(pieces: readonly string[], secrets: readonly string[] = []): string[] {
  const told: string[] = [];
  const lines = liveLines(scrubberOf(secrets), (line) => told.push(line));
  for (const piece of pieces) lines.take(piece);
  lines.end();
  return told;
}

test('lines are told whole, once, and as they were last overwritten', () => {
  expect(linesOf(['a', 'b\nc\r\n', '10 %\r50 %\r', '100 %\nlast'])).toEqual(['ab', 'c', '100 %', 'last']);
});

test('a secret in pieces is found, and none is cut in half where a line is cut', () => {
  expect(linesOf(['my hunt', 'er2!\n'], ['hunter2'])).toEqual(['my ***!']);
  for (let before = 1_980; before < 2_030; before++) {
    const [line] = linesOf([`${'x'.repeat(before)}hunter2${'y'.repeat(3_000)}\n`], ['hunter2']);
    expect(line).not.toMatch(/h/);
  }
});

test('a cell that prints without end is told only at its beginning', () => {
  const told = linesOf(['x\n'.repeat(100_000)]);
  expect(told).toHaveLength(1_000);
  expect(told.at(-1)).toBe('…');
});

test('the failure of a cell tells no secret, not even as the name of its error', () => {
  const error = { output_type: 'error' as const, ename: 'Ahunter2', evalue: 'hunter2', traceback: [] };
  const step = { cell: 1, title: 'Measure', parameters: false, sha256: '0'.repeat(64) };
  const execution = { timeoutMs: 1000, file: '/run/template.ipynb', scrubber: scrubberOf(['hunter2']) };
  const failure = cellFailure({ ended: 'error', outputs: [error], executionCount: 1 }, step, execution);
  expect(failure.args.ename).toBe('A***');
  expect(`${failure.message} ${JSON.stringify(failure)}`).not.toContain('hunter2');
});
