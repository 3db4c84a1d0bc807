import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasonText } from '../../../../repo2vc/src/cli/render/reasons.ts';
import { resultOf, sentenceOf, stepTitles } from '../../../../repo2vc/src/cli/render/sentences.ts';
import type { Step } from '../../../../repo2vc/src/events.ts';

const source = join(import.meta.dirname, '../../../../repo2vc/src');
const read = (path: string) => readFileSync(join(source, path), 'utf8');
const eventCodes = [...read('events.ts').matchAll(/code: '([a-z-]+)'/g)].map((match) => match[1] ?? '');

/** Events that move the display, or are told by what comes after them. */
const withoutSentence = [
  'run-started',
  'run-waiting',
  'run-finished',
  'run-failed',
  'run-canceled',
  'step-started',
  'step-reused',
  'step-finished',
  'download-started',
  'download-progress',
  'environment-described',
  'build-output',
  'cluster-planned',
  'cluster-step',
  'cluster-ready',
  'session-ready',
  'upload-progress',
];

const recordOf = (code: string) => ({ seq: 1, time: '2026-01-01T00:00:00Z', code, args: { ...numbers } });
const numbers = Object.fromEntries(
  [...read('events.ts').matchAll(/(\w+): (string|number|boolean)/g)].map(([, name = '', type]) => [
    name,
    type === 'number' ? 7 : name,
  ]),
);

test.each(eventCodes)('%s has a sentence, or none on purpose', (code) => {
  const sentence = sentenceOf(recordOf(code));
  expect(sentence === undefined, sentence).toBe(withoutSentence.includes(code));
  expect(sentence ?? '').not.toMatch(/undefined|NaN|\[object/);
});

test('no sentence carries what could change a terminal', () => {
  const message = 'a\u001b[2Jb\u0007c\u202ed\u001b]0;title\u0007e';
  const record = { ...recordOf('warning'), args: { warning: 'x', message } };
  expect(sentenceOf(record)).toBe('note: abcde');
});

test.each(Object.keys(stepTitles) as Step[])('the step %s has a title', (step) => {
  expect(stepTitles[step]).toMatch(/^[A-Z]/);
});

test('the line of a finished step tells its facts', () => {
  expect(resultOf('fetch', { title: 'T', files: 2, bytes: 1500 })).toBe(
    '“T”, 2 files, 1.5 kB, checksums verified',
  );
  expect(resultOf('target', { provider: 'process', isolation: 'none', minutes: 480 })).toBe(
    'process, not isolated from this account, ends after 8 h, free',
  );
});

/** The codes of the reasons that the engine gives: every `{ code, args }` that is no event and no finding. */
function reasonCodes(): string[] {
  const files = ['pipeline/target.ts', 'pipeline/planning', 'pipeline/detection', 'buildpacks'].flatMap(
    (path) =>
      path.endsWith('.ts')
        ? [path]
        : readdirSync(join(source, path), { recursive: true, encoding: 'utf8' })
            .filter((name) => name.endsWith('.ts'))
            .map((name) => join(path, name)),
  );
  const codes = files.flatMap((path) =>
    [...read(path).matchAll(/\bcode: '([a-z-]+)',\s+args/g)].map((match) => match[1] ?? ''),
  );
  return [...new Set(codes)].filter((code) => !eventCodes.includes(code));
}

test.each(reasonCodes())('the reason %s has a sentence', (code) => {
  const sentence = reasonText({ code, args: { files: ['a'] } });
  expect(sentence).not.toMatch(new RegExp(`^${code}`));
});

test('a reason that is not known is shown as it is', () => {
  expect(reasonText({ code: 'something-new', args: { a: 'b' } })).toBe('something-new b');
});
