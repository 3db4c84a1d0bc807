import { expect, test } from 'vitest';
import { planText } from '../../../../repo2vc/src/cli/render/plan.ts';
import type { Plan, Target } from '../../../../repo2vc/src/model/index.ts';
import { detectionOf, emptySnapshot, planOf } from '../../../support/plan.ts';
import { specOf } from '../../../support/prefix.ts';

const hash = 'f'.repeat(64);
const target: Target = {
  schemaVersion: 1,
  provider: 'process',
  builder: 'prefix',
  platform: { os: 'linux', architecture: 'x86_64', libc: 'glibc-2.36' },
  bases: {
    main: {
      kind: 'interpreter',
      interpreter: {
        ...{ implementation: 'cpython', version: '3.11.2' },
        ...{ path: '/usr/bin/python3.11', basePrefix: '/usr' },
      },
    },
  },
  cost: { basis: 'free' },
  expiresAfterMinutes: 60,
  isolation: 'none',
  limits: 'watched',
  expiry: 'enforced',
  sourceBuilds: false,
  reasons: [
    { code: 'provider-first-that-works', args: { provider: 'process' } },
    { code: 'expiry-chosen', args: { by: 'answer', minutes: 60, most: 1440 } },
  ],
};
const plan: Plan = planOf({
  experiment: { contentId: 'a'.repeat(64), doi: '10.5072/n', entry: 'n.ipynb', directory: 'experiment' },
  template: { title: 'Its environment', doi: '10.5072/et', contentId: 'b'.repeat(64), notebook: 'et.ipynb' },
  reasons: [{ code: 'template-used', args: { doi: '10.5072/et', from: 'notebook' } }],
  environments: { main: specOf(['numpy==2.1.3', 'jupyterlab==4.4.5']) },
  groups: [{ role: 'entry', count: 1, environment: 'main', cpus: 2, memoryMiB: 4096 }],
  parameters: { memory: 4 },
  secrets: ['key'],
  steps: [{ cell: 2, title: 'Calibrate', parameters: false, sha256: 'c'.repeat(64) }],
});
const data = {
  into: 'data',
  snapshot: emptySnapshot({ doi: '10.5072/d', files: [{ path: 'a.csv', size: 1500, sha256: hash }] }),
};

test('a plan shows what was found, why, what is built, on which nodes, where, for what, until when, and its hash', () => {
  const text = planText(plan, target, { ...detectionOf(), data: [data] }, hash);
  expect(text.split('\n').map((line) => line.trim())).toEqual([
    'Experiment  An experiment  10.5072/n  n.ipynb',
    'Environment Its environment  10.5072/et',
    'because it used 10.5072/et, according to the notebook’s metadata',
    'Build       main: cpython 3.11.2, 2 requirements',
    'Nodes       1 × entry, 2 CPU, 4 GiB memory',
    'Data        10.5072/d → data (1.5 kB)',
    'Steps       Calibrate',
    'Parameter   memory = 4',
    'Parameter   key = (secret)',
    'Runs on     process: on this computer, not isolated: it can read and change all that you can; memory limits are watched',
    'because process is the first provider that works here',
    'Costs       nothing',
    'Ends        by itself after 60 min (at most 24 h)',
    'because you asked for it',
    `Confirm     ${hash}`,
    '',
  ]);
});

test('nothing that a stranger wrote changes the terminal', () => {
  const hostile = planOf({ title: 'x\u001b[2J\u001b]0;y\u0007\u202ez\r\n  Costs\u2028\tnothing' });
  expect(planText(hostile, target, detectionOf(), hash)).toContain('Experiment  xz Costs nothing\n');
});
