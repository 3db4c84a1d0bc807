import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { executeNotebook } from '../../../repo2vc/src/notebooks/execute.ts';
import { startKernel } from '../../../repo2vc/src/notebooks/kernel.ts';
import { readNotebook } from '../../../repo2vc/src/notebooks/read.ts';
import { scrubberOf } from '../../../repo2vc/src/notebooks/scrub.ts';
import { waitForServer } from '../../../repo2vc/src/notebooks/server.ts';
import { stepsOf } from '../../../repo2vc/src/notebooks/steps.ts';
import { testContext } from '../../support/context.ts';
import { startJupyter } from '../../support/jupyter.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { type CellText, notebookText } from '../../support/notebook.ts';

everyTestNeeds('pip');

const secret = 'hunter2/å"secret';

async function execute(cells: readonly (string | CellText)[], changes: { timeoutMs?: number } = {}) {
  const context = testContext();
  const jupyter = await startJupyter();
  await waitForServer(jupyter.server, jupyter.program, context);
  const kernel = await startKernel(jupyter.server, {}, '', context);
  onTestFinished(() => kernel.shutdown());
  const text = notebookText(cells);
  const file = join(context.folder, 'executed', 'template.ipynb');
  const running = executeNotebook(
    kernel,
    {
      text,
      steps: stepsOf(readNotebook(text, 'template.ipynb'), true),
      parameterCell: 'memory = 4',
      timeoutMs: changes.timeoutMs ?? 60_000,
      file,
      scrubber: scrubberOf([secret]),
    },
    context,
  );
  const settled = await running.then(
    (done) => ({ done, failure: undefined }),
    (failure: unknown) => ({ done: undefined, failure }),
  );
  const kept = readFileSync(file, 'utf8');
  return { ...settled, file, kept, cells: JSON.parse(kept).cells, events: context.events };
}

test('the parameters cell is replaced, skipped cells are not run, and the rest runs in order', async () => {
  const { done, cells, events } = await execute([
    '# Set up',
    { source: 'memory = ', tags: ['parameters'] },
    { source: 'raise Exception', tags: ['vcp:skip'] },
    '## Use',
    'print("memory", memory)\nmemory * 2',
  ]);
  expect(done?.map(({ cell }) => cell)).toEqual([1, 4]);
  expect(cells[1]).toMatchObject({ source: 'memory = 4', outputs: [] });
  expect(cells[2]).toMatchObject({ source: ['raise Exception'], outputs: [], execution_count: null });
  expect(cells[4].outputs).toMatchObject([{ text: 'memory 4\n' }, { data: { 'text/plain': '8' } }]);
  expect(events.map(({ code: event }) => event)).toEqual([
    'cell-started',
    'cell-finished',
    'cell-started',
    'cell-output',
    'cell-finished',
  ]);
  expect(events[2]).toMatchObject({ args: { index: 2, of: 2, title: 'Use' } });
  expect(events[3]).toMatchObject({ args: { index: 2, line: 'memory 4' } });
});

test('a cell that fails ends the notebook, and what it gave is kept', async () => {
  const { failure, cells, file } = await execute([
    '# Measure',
    'print("so far")\nundefined_name',
    'print("never")',
  ]);
  expect(failure).toMatchObject({
    code: 'cell-failed',
    retryable: false,
    message: expect.stringContaining("NameError: name 'undefined_name' is not defined"),
    hint: expect.stringContaining(file),
    args: { cell: 1, title: 'Measure', ename: 'NameError', notebook: file },
  });
  expect(cells[1].outputs).toMatchObject([{ text: 'so far\n' }, { output_type: 'error' }]);
  expect(cells[2].outputs).toEqual([]);
});

test('a shell command that fails fails its cell', async () => {
  const { failure } = await execute(['!true\n!echo out; exit 3\nprint("never")']);
  expect(failure).toMatchObject({ code: 'cell-failed', args: { ename: 'RuntimeError' } });
  expect(String(failure)).toContain('exit code 3');
});

test('a cell that hangs and a kernel that dies are failures of their own', async () => {
  const hung = await execute(['import time\ntime.sleep(600)'], { timeoutMs: 1_000 });
  expect(hung.failure).toMatchObject({ code: 'cell-timeout', args: { cell: 0 } });
  const died = await execute(['import os\nos._exit(1)']);
  expect(died.failure).toMatchObject({ code: 'kernel-died', args: { cell: 0 } });
});

test('of a cell that prints 100 MB the beginning is kept and the next cells run', async () => {
  const { done, kept, cells, events } = await execute([
    'print("the beginning")\nfor _ in range(100): print("x" * 1_000_000)',
    'print("next")',
  ]);
  expect(done).toHaveLength(2);
  expect(kept.length).toBeLessThan(1_100_000);
  expect(cells[0].outputs[0].text).toMatch(/^the beginning\nxxx/);
  expect(cells[0].outputs.at(-1).text).toContain('more were dropped');
  expect(JSON.stringify(events).length).toBeLessThan(10_000);
});

test('no form of a secret is kept or told', async () => {
  const { kept, events } = await execute([
    `s = ${JSON.stringify([...secret].reverse().join(''))}[::-1]`,
    [
      'import base64, urllib.parse, json, sys',
      'print(s, repr(s), json.dumps({"k": s}), s.encode())',
      'print(base64.b64encode(b"user:" + s.encode()).decode(), base64.urlsafe_b64encode(s.encode()).decode())',
      'print(urllib.parse.quote(s), urllib.parse.quote_plus(s), urllib.parse.quote(s, safe=""))',
      'print(s.encode().hex())',
      'sys.stdout.write(s[:5]); sys.stdout.flush(); sys.stdout.write(s[5:] + "\\n")',
      '{s: [s]}',
    ].join('\n'),
    'from IPython.display import JSON, display\ndisplay(JSON({"deep": [s]}))\nraise ValueError(s)',
  ]);
  const told = JSON.stringify(events) + kept;
  const bytes = Buffer.from(secret);
  for (const form of [
    'hunter2/',
    bytes.toString('base64').slice(0, 12),
    Buffer.from(`user:${secret}`).toString('base64').slice(8, 20),
    bytes.toString('hex'),
    'hunter2%2F',
  ]) {
    expect(told).not.toContain(form);
  }
  expect(told).toContain('***');
});
