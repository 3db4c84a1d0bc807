import type { Detection, Snapshot } from '../model/index.ts';
import { describe } from './detection/describe.ts';
import { fetchSnapshot } from './fetch.ts';
import { resolve } from './resolve.ts';
import type { StepTools } from './types.ts';

/**
 * Finds what describes the environment of an experiment: the template that it says it used, else a template in the
 * same files, else a specification that a buildpack knows. Data that it used is fetched too. A Failure says what was
 * looked for.
 */
export function detect(snapshot: Snapshot, tools: StepTools): Promise<Detection> {
  return describe(snapshot, tools, async (doi, folder) =>
    fetchSnapshot(await resolve(doi, tools), folder, tools),
  );
}
