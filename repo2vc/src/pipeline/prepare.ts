import { join } from 'node:path';
import { ensureCluster } from '../clusters/engine.ts';
import { Failure } from '../failure.ts';
import { readIfThere, writeFileAtomic } from '../io/files.ts';
import type { Cluster, Prepared } from '../model/index.ts';
import { type Scrubber, scrubberOf } from '../notebooks/scrub.ts';
import { destroyCluster, providerOf } from './clusters.ts';
import { connectToEntry, needingNodes } from './nodes.ts';
import { type PrepareInput, runSteps } from './preparing/steps.ts';
import type { StepTools } from './types.ts';
import { preparingFile } from './values.ts';

/**
 * Runs the template's cells in a client of their own, then the template's checks. It is done once, from the first cell
 * to the last, on nodes that nobody has touched: after an interruption the nodes are made anew.
 */
export async function prepare(input: PrepareInput, tools: StepTools): Promise<Prepared> {
  const scrubber = scrubberOf(input.secrets.values());
  const executed = input.plan.steps.length === 0 ? { cells: [] } : await runAllSteps(input, scrubber, tools);
  const checks = await needingNodes([input.cluster], tools, () => runChecks(input, scrubber, tools));
  return { schemaVersion: 1, ...executed, checks };
}

async function runAllSteps(
  input: PrepareInput,
  scrubber: Scrubber,
  tools: StepTools,
): Promise<Pick<Prepared, 'notebook' | 'cells'>> {
  if (await wasPreparing(tools.runFolder)) await startOver(input.cluster, tools);
  await writeFileAtomic(join(tools.runFolder, preparingFile), '');
  return runSteps(input, scrubber, tools);
}

/** Whether the steps were begun on the nodes that there are. */
export async function wasPreparing(runFolder: string): Promise<boolean> {
  return (await readIfThere(join(runFolder, preparingFile))) !== undefined;
}

/** Nothing of a person's is on the nodes yet: what an interrupted preparation did there is thrown away. */
async function startOver(cluster: Cluster, tools: StepTools): Promise<void> {
  const { id } = cluster.cluster;
  tools.emit({ code: 'preparation-restarted', args: { cluster: id } });
  const provider = providerOf(cluster.provider);
  const folder = tools.runFolder;
  await destroyCluster(id, { discard: true, folder }, tools);
  await ensureCluster(cluster, provider, folder, tools);
}

const checkTimeoutMs = 300_000;

async function runChecks(
  { plan, cluster }: PrepareInput,
  scrubber: Scrubber,
  tools: StepTools,
): Promise<string[]> {
  if (plan.checks.length === 0) return [];
  const { connection } = await connectToEntry(plan, cluster, tools);
  const passed: string[] = [];
  for (const { name, command } of plan.checks) {
    const options = { timeoutMs: checkTimeoutMs, maxBytes: 100_000 };
    const result = await connection.exec(command, options);
    if (result.code !== 0 || result.timedOut) {
      const said = scrubber.text(`${result.stdout}${result.stderr}`).trimEnd().split('\n').slice(-10);
      const how = result.timedOut ? 'did not end in time' : `ended with ${result.code}`;
      throw new Failure('check-failed', `The check "${name}" ${how}:\n${said.join('\n')}`, {
        hint: "The environment is not as its template's author wanted it: ask the author.",
        args: { check: name, code: result.code },
      });
    }
    tools.emit({ code: 'check-passed', args: { name } });
    passed.push(name);
  }
  return passed;
}
