import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import type {
  Answers,
  Detection,
  Environments,
  EnvironmentTemplate,
  Target,
} from '../../repo2vc/src/model/index.ts';
import { readNotebook } from '../../repo2vc/src/notebooks/read.ts';
import { stepsOf } from '../../repo2vc/src/notebooks/steps.ts';
import { clientIdOf, providerOf } from '../../repo2vc/src/pipeline/clusters.ts';
import { makePlan } from '../../repo2vc/src/pipeline/plan.ts';
import { provision } from '../../repo2vc/src/pipeline/provision.ts';
import { answered } from '../../repo2vc/src/pipeline/stepper.ts';
import type { StepTools } from '../../repo2vc/src/pipeline/types.ts';
import { createRun } from '../../repo2vc/src/runs/folder.ts';
import { testId } from './clusters.ts';
import { testContext } from './context.ts';
import { testHttp } from './http.ts';
import { kitOf } from './kits/index.ts';
import { type CellText, descriptor, experiment, notebookText } from './notebook.ts';
import { snapshotOf } from './snapshot.ts';

/** What is on stage: all of it small, and real from the cluster down. */
export interface StageOptions {
  /** Cells of the template; without any, the plan has no client. */
  readonly cells?: readonly (string | CellText)[];
  readonly template?: Partial<EnvironmentTemplate>;
  readonly answers?: Partial<Answers>;
  /** Files of the experiment beside its notebook `my analysis.ipynb`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly entry?: readonly (string | CellText)[];
  readonly data?: Readonly<Record<string, string>>;
  readonly basePath?: string;
  /** An environment that has no Jupyter. */
  readonly bare?: boolean;
  /** Default: `process`. */
  readonly provider?: string;
  readonly changes?: Partial<Context>;
}

/** A run that has come as far as `provision`: its nodes exist, and end with the test. */
export async function stage(options: StageOptions = {}) {
  // of an owner of its own: provisioning sweeps the expired clusters of the same one
  const context = testContext({ owner: `${testId()}@here`, ...options.changes });
  const request = { schemaVersion: 1, kind: 'reproduce', reference: '.', workingDirectory: '/' } as const;
  const run = await createRun(request, { schemaVersion: 1 }, context);
  const tools: StepTools = {
    ...context,
    http: testHttp(context),
    settings: { session: { basePath: options.basePath ?? '/user/me/' } },
    runFolder: run.folder,
    workingDirectory: context.folder,
  };
  const { snapshot, detection } = await sources(run.folder, options);
  const plan = answered(makePlan(snapshot, detection, { schemaVersion: 1, ...options.answers }));
  const provider = providerOf(options.provider ?? 'process');
  const environment = await kitOf(provider).environment(options.bare ? 'bare' : 'jupyter');
  const environments: Environments = {
    schemaVersion: 1,
    environments: Object.fromEntries(Object.keys(plan.environments).map((name) => [name, environment])),
  };
  const { isolation, limits, expiry } = await provider.check(context);
  const target: Target = {
    schemaVersion: 1,
    provider: provider.id,
    builder: provider.builder,
    platform: environment.lock.platform,
    bases: {},
    cost: { basis: 'free' },
    expiresAfterMinutes: 60,
    isolation,
    limits,
    expiry,
    sourceBuilds: false,
    reasons: [],
  };
  onTestFinished(async () => {
    const fresh = { ...context, signal: new AbortController().signal };
    for (const id of [clientIdOf(run.id), run.id])
      await destroyCluster(id, provider, { discard: true }, fresh);
  });
  const cluster = await provision(plan, target, environments, run, tools);
  return {
    ...{ context, run, tools, snapshot, detection, plan, environments, target, cluster },
    preparing: (secrets: ReadonlyMap<string, string> = new Map()) => ({
      ...{ plan, detection, target, environments, cluster, secrets },
    }),
    injecting: { plan, snapshot, detection, environments, cluster },
    /** Of process nodes. */
    nodeFolder: join(context.places.state, 'nodes', run.id),
  };
}

async function sources(runFolder: string, { cells = [], template, files, entry, data }: StageOptions) {
  const text = notebookText(cells, descriptor(template as Record<string, unknown>));
  const described = await snapshotOf(runFolder, 'template', {
    'set up/environment.ipynb': text,
    'set up/helper.py': 'greeting = "hello"\n',
    'requirements.txt': 'jupyterlab\n',
  });
  const snapshot = await snapshotOf(runFolder, 'snapshot', {
    'my analysis.ipynb': notebookText(entry ?? ['# The title of N', 'print(6 * 7)'], experiment()),
    ...files,
  });
  const detection: Detection = {
    schemaVersion: 1,
    entry: 'my analysis.ipynb',
    chosen: {
      kind: 'template',
      origin: 'used-link',
      snapshot: described,
      notebook: 'set up/environment.ipynb',
      environments: { main: { buildpack: 'python', folder: '.' } },
      template: descriptor(template as Record<string, unknown>) as unknown as EnvironmentTemplate,
      steps: stepsOf(readNotebook(text, 'environment.ipynb'), true),
    },
    reasons: [],
    data: data ? [{ into: 'data', snapshot: await snapshotOf(runFolder, 'data', data) }] : [],
    files: [{ path: 'requirements.txt', text: 'jupyterlab\n' }],
  };
  return { snapshot, detection };
}
