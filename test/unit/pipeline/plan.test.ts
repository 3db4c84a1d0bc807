import { expect, test } from 'vitest';
import type { Answers, Detection, Plan, PythonSpec, Snapshot } from '../../../repo2vc/src/model/index.ts';
import { canonicalJson, parserOf } from '../../../repo2vc/src/model/index.ts';
import { describe } from '../../../repo2vc/src/pipeline/detection/describe.ts';
import { makePlan } from '../../../repo2vc/src/pipeline/plan.ts';
import { testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { descriptor, experiment, notebookText } from '../../support/notebook.ts';
import { snapshotOf } from '../../support/snapshot.ts';

type FileTexts = Readonly<Record<string, string>>;
const doi = '10.5072/et.1';
const used = experiment({ role: 'environment', doi });

async function found(files: FileTexts, template: FileTexts = {}, changes: Partial<Snapshot> = {}) {
  const context = testContext();
  const snapshot = await snapshotOf(context.folder, 'snapshot', files, changes);
  const tools = { ...context, runFolder: context.folder };
  const detection = await describe(snapshot, tools, (asked, folder) =>
    snapshotOf(context.folder, folder, template, { doi: asked }),
  );
  return { snapshot, detection };
}

function planOf(
  { snapshot, detection }: { snapshot: Snapshot; detection: Detection },
  parameters = {},
): Plan {
  const answers: Answers = { schemaVersion: 1, parameters };
  const outcome = makePlan(snapshot, detection, answers);
  if (!('value' in outcome)) return expect.fail(`needs ${JSON.stringify(outcome.needs)}`);
  return parserOf<Plan>('plan.schema.json')(outcome.value, 'plan');
}

const template = (changes = {}, ...cells: Parameters<typeof notebookText>[0]) =>
  found(
    { 'n.ipynb': notebookText(['# N'], used) },
    { 'et.ipynb': notebookText(cells, descriptor(changes)), 'requirements.txt': 'numpy==2.1.3\n' },
    { doi: '10.5072/n.1', title: 'An experiment' },
  );

test('a template without steps needs no client', async () => {
  const here = await template();
  expect(planOf(here)).toEqual({
    schemaVersion: 1,
    title: 'An experiment',
    experiment: {
      contentId: here.snapshot.contentId,
      doi: '10.5072/n.1',
      entry: 'n.ipynb',
      directory: 'experiment',
    },
    template: {
      title: 'A small environment',
      contentId: expect.stringMatching(/^[0-9a-f]{64}$/),
      doi,
      notebook: 'et.ipynb',
    },
    reasons: [
      { code: 'template-used', args: { doi, from: 'notebook' } },
      { code: 'requirement-added', args: { environment: 'main', text: 'jupyterlab>=4,<5' } },
    ],
    parameters: {},
    secrets: [],
    environments: {
      main: {
        kind: 'python',
        python: 'any',
        requirements: [
          { text: 'numpy==2.1.3', file: 'requirements.txt', line: 1 },
          { text: 'jupyterlab>=4,<5' },
        ],
      },
    },
    groups: [{ role: 'entry', count: 1, environment: 'main' }],
    steps: [],
    checks: [],
    data: [],
    expires: { defaultMinutes: 480, mostMinutes: 10_080 },
  });
});

function pythonOf(plan: Plan, name: string): PythonSpec {
  const spec = plan.environments[name];
  if (spec?.kind === 'python') return spec;
  throw new Error(`${name} is not built from Python packages`);
}

test('a template with steps runs them in the default client, or in its own environment', async () => {
  const steps = await template({}, '# Set up', 'x = 1');
  const plan = planOf(steps);
  expect(plan.client).toEqual({ environment: 'repo2vc-client', timeoutSeconds: 600 });
  expect(pythonOf(plan, 'repo2vc-client').requirements.map((one) => one.text)).toEqual([
    'jupyter-server==2.17.0',
    'ipykernel==6.31.0',
  ]);
  expect(plan.steps.map((step) => step.title)).toEqual(['Set up']);
  const own = planOf(
    await template({ client: { environment: 'main' }, cells: { timeoutSeconds: 5 } }, 'x = 1'),
  );
  expect(own.client).toEqual({ environment: 'main', timeoutSeconds: 5 });
  expect(Object.keys(own.environments)).toEqual(['main']);
});

test('a client environment of its own gets what runs cells, and no more; unused environments are not built', async () => {
  const one = { path: '.' };
  const plan = planOf(
    await template(
      { environments: { main: one, tools: one, spare: one }, client: { environment: 'tools' } },
      'x = 1',
    ),
  );
  expect(Object.keys(plan.environments)).toEqual(['main', 'tools']);
  expect(pythonOf(plan, 'tools').requirements.slice(1)).toEqual([
    { text: 'jupyter-server>=2,<3' },
    { text: 'ipykernel' },
  ]);
});

test('parameters set the limits of the node, and secrets are only named', async () => {
  const here = await template(
    {
      parameters: {
        memory: { type: 'number', default: 0.5 },
        threads: { type: 'integer' },
        token: { type: 'string', writeOnly: true },
      },
      node: { environment: 'main', cpus: { parameter: 'threads' }, memoryGiB: { parameter: 'memory' } },
    },
    { source: 'threads = 1', tags: ['parameters'] },
  );
  const plan = planOf(here, { threads: '4' });
  expect(plan.groups).toEqual([{ role: 'entry', count: 1, environment: 'main', cpus: 4, memoryMiB: 512 }]);
  expect(plan.parameters).toEqual({ memory: 0.5, threads: 4 });
  expect(plan.secrets).toEqual(['token']);
  expect(plan.steps).toMatchObject([{ parameters: true }]);
  expect(makePlan(here.snapshot, here.detection, { schemaVersion: 1 })).toEqual({
    needs: [{ kind: 'parameter', name: 'threads', parameter: { type: 'integer' } }],
  });
  expect((await failureOf(() => planOf(here, { threads: 0 }))).code).toBe('invalid-parameter');
  expect((await failureOf(() => planOf(here, { threads: 'many' }))).code).toBe('invalid-parameter');
  expect((await failureOf(() => planOf(here, { thread: 1 }))).hint).toContain('"threads"');
  expect((await failureOf(() => planOf(here, { threads: 1, token: 'x' }))).args.rule).toBe('secret');
});

test('a template says where the experiment goes, what is checked, and when it ends', async () => {
  const checks = [{ name: 'python', command: ['python', '--version'] }];
  const node = { environment: 'main', cpus: 2, memoryGiB: 4 };
  const plan = planOf(
    await template({ experiment: { directory: 'work' }, checks, node, expires: { mostMinutes: 60 } }),
  );
  expect(plan.experiment.directory).toBe('work');
  expect(plan.checks).toEqual(checks);
  expect(plan.groups[0]).toMatchObject({ cpus: 2, memoryMiB: 4096 });
  expect(plan.expires).toEqual({ defaultMinutes: 60, mostMinutes: 60 });
});

test('a repository is one node in the environment of its files, and takes no parameters', async () => {
  const here = await found({
    'analysis.ipynb': notebookText(['# N']),
    'binder/requirements.txt': 'jupyterlab==4.4.9\n-r more.txt\n',
    'binder/more.txt': 'numpy\n',
    'binder/runtime.txt': 'python-3.12',
  });
  const plan = planOf(here);
  expect(plan.title).toBe('analysis');
  expect(plan.environments).toEqual({
    main: {
      kind: 'python',
      python: ['3.12'],
      requirements: [
        { text: 'jupyterlab==4.4.9', file: 'binder/requirements.txt', line: 1 },
        { text: 'numpy', file: 'binder/more.txt', line: 1 },
      ],
    },
  });
  expect(plan.template).toBeUndefined();
  expect((await failureOf(() => planOf(here, { memory: 4 }))).code).toBe('invalid-parameter');
});

test('a line that cannot be honoured stops the plan, and names its file', async () => {
  const here = await found({ 'n.ipynb': notebookText([]), 'binder/requirements.txt': 'numpy\n-e .\n' });
  const failure = await failureOf(() => planOf(here));
  expect(failure.code).toBe('requirement-refused');
  expect(failure.message).toContain('binder/requirements.txt, line 2');
});

test('data are told with their size', async () => {
  const data = { role: 'data', doi: '10.5072/d', into: 'in' };
  const here = await found(
    { 'n.ipynb': notebookText([], experiment(data)), 'requirements.txt': '' },
    { 'a.csv': '12345', 'b.csv': '1' },
  );
  expect(planOf(here).data).toEqual([
    { into: 'in', contentId: here.detection.data[0]?.snapshot.contentId, doi: '10.5072/d', bytes: 6 },
  ]);
});

test('the same files give the same bytes under another umask, locale and time zone', async () => {
  const make = async () =>
    canonicalJson(planOf(await template({ parameters: { p: { type: 'number', default: 2 } } }, 'x')));
  const first = await make();
  const { TZ, LC_ALL } = process.env;
  const umask = process.umask(0o077);
  try {
    Object.assign(process.env, { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' });
    expect(await make()).toBe(first);
  } finally {
    process.umask(umask);
    for (const [name, value] of Object.entries({ TZ, LC_ALL })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
