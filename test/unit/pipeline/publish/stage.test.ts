import { expect, it } from 'vitest';
import { checkSize } from '../../../../repo2vc/src/pipeline/publish/stage.ts';
import { failureOf } from '../../../support/failures.ts';

const source = {
  role: 'data',
  folder: 'data',
  name: 'data',
  staged: 'staging/data-1/content',
  citation: {},
  files: [60, 41].map((size, index) => ({ path: `${index}.csv`, size, sha256: 'a'.repeat(64) })),
} as const;

it('refuses a folder that holds more than a record takes', async () => {
  const failure = await failureOf(() => checkSize(source, { files: 100, bytes: 100 }));
  expect(failure).toMatchObject({ code: 'too-large', args: { bytes: 101, most: 100 } });
  checkSize(source, { files: 100, bytes: 101 });
});
