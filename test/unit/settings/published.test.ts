import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedHere, recordPublished } from '../../../repo2vc/src/settings/published.ts';
import { testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';

const record = (contentId: string) =>
  ({ contentId, doi: '10.5072/x', role: 'experiment', at: '2026-01-01T00:00:00Z' }) as const;
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

it('knows what was published here, and nothing where nothing was', async () => {
  const { places } = testContext();
  expect(await publishedHere(places)).toEqual(new Set());
  await recordPublished(places, record(a));
  await recordPublished(places, record(b));
  await recordPublished(places, record(a));
  expect(await publishedHere(places)).toEqual(new Set([a, b]));
});

it('keeps its file from others', async () => {
  const { places } = testContext();
  await recordPublished(places, record(a));
  expect(statSync(join(places.state, 'published.ndjson')).mode & 0o777).toBe(0o600);
});

it('lets a line that a crash cut short harm no other', async () => {
  const { places } = testContext();
  await recordPublished(places, record(a));
  appendFileSync(join(places.state, 'published.ndjson'), '{"schemaVersion":1,"contentId":"cc');
  await recordPublished(places, record(b));
  expect(await publishedHere(places)).toEqual(new Set([a, b]));
});

it('refuses a file that somebody changed, with the line', async () => {
  const { places } = testContext();
  await recordPublished(places, record(a));
  appendFileSync(join(places.state, 'published.ndjson'), '{"contentId":"x"}\n');
  const failure = await failureOf(() => publishedHere(places));
  expect(failure.code).toBe('invalid-file');
  expect(failure.message).toContain('published.ndjson:2');
});
