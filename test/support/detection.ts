import { expect } from 'vitest';
import type { Detection, Snapshot } from '../../repo2vc/src/model/index.ts';
import { parserOf } from '../../repo2vc/src/model/index.ts';
import { describe } from '../../repo2vc/src/pipeline/detection/describe.ts';
import { testContext } from './context.ts';
import { failureOf } from './failures.ts';
import { descriptor, experiment, notebookText } from './notebook.ts';
import { snapshotOf } from './snapshot.ts';

export type FileTexts = Readonly<Record<string, string>>;
export const template = (changes = {}) => notebookText(['# Set up', 'x = 1'], descriptor(changes));
export const templateFiles: FileTexts = { 'et.ipynb': template(), 'requirements.txt': 'numpy==2.1.3\n' };
export const doi = '10.5072/et.1';

/** Detects in a run folder of the test's own; `records` are what can be fetched, by DOI. */
export async function detected(
  files: FileTexts,
  changes: Partial<Snapshot> = {},
  records: Readonly<Record<string, readonly [FileTexts, Partial<Snapshot>?]>> = {},
): Promise<Detection & { fetched: string[] }> {
  const context = testContext();
  const fetched: string[] = [];
  const snapshot = await snapshotOf(context.folder, 'snapshot', files, changes);
  const detection = await describe(
    snapshot,
    { ...context, runFolder: context.folder },
    async (asked, folder) => {
      fetched.push(`${asked} -> ${folder}`);
      const [texts, more] = records[asked] ?? [{}];
      return snapshotOf(context.folder, folder, texts, { doi: asked, ...more });
    },
  );
  expect(parserOf<Detection>('detection.schema.json')(detection, 'detection')).toBe(detection);
  expect(context.events.map((event) => event.code)).toContain('environment-described');
  return { ...detection, fetched };
}
export const refusal = (...asked: Parameters<typeof detected>) => failureOf(() => detected(...asked));
export const using = (...used: readonly object[]) => ({
  'n.ipynb': notebookText(['# N', 'y = 2'], experiment(...used)),
});
export const environment = { role: 'environment', doi };
export const codes = (detection: Detection) => detection.reasons.map((reason) => reason.code);
