import { expect, test } from 'vitest';
import { headingAbove, titleOf } from '../../../repo2vc/src/notebooks/headings.ts';
import { readNotebook } from '../../../repo2vc/src/notebooks/read.ts';
import { stepsOf } from '../../../repo2vc/src/notebooks/steps.ts';
import { failureOf } from '../../support/failures.ts';
import { notebookText } from '../../support/notebook.ts';

test('reads cells, joined, with their tags, and the kernel', () => {
  const notebook = readNotebook(
    notebookText(['# Title', { source: 'a = 1\nb = 2', tags: ['parameters'] }]),
    'n.ipynb',
  );
  expect(notebook.cells).toEqual([
    { index: 0, type: 'markdown', source: '# Title', tags: [] },
    { index: 1, type: 'code', source: 'a = 1\nb = 2', tags: ['parameters'] },
  ]);
  expect(notebook.kernel).toEqual({ name: 'python3', language: 'python' });
});

test('reads a source that is one string, a byte-order mark, and metadata of other tools', () => {
  const text =
    '\uFEFF{"nbformat":4,"metadata":{"x":1},"cells":[{"cell_type":"raw","source":"s","metadata":{"tags":7}}]}';
  const notebook = readNotebook(text, 'n.ipynb');
  expect(notebook.cells).toEqual([{ index: 0, type: 'raw', source: 's', tags: [] }]);
  expect(notebook.metadata).toEqual({ x: 1 });
  expect(notebook.kernel).toEqual({});
});

test.each([
  ['no JSON', 'hello', 'not JSON'],
  ['a list', '[]', 'no nbformat'],
  ['another JSON', '{"name":"x"}', 'no nbformat'],
  ['no metadata', '{"nbformat":4,"cells":[]}', 'no metadata'],
  ['no cells', '{"nbformat":4,"metadata":{}}', 'no list of cells'],
  ['a cell of no type', '{"nbformat":4,"metadata":{},"cells":[{"source":""}]}', 'cell 1 is none'],
  ['a cell that is null', '{"nbformat":4,"metadata":{},"cells":[null]}', 'cell 1 is none'],
  [
    'a cell without source',
    '{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code"}]}',
    'cell 1 has no source',
  ],
])('refuses %s as no notebook', async (_name, text, why) => {
  const failure = await failureOf(() => readNotebook(text, 'dir/n.ipynb'));
  expect(failure.code).toBe('not-a-notebook');
  expect(failure.message).toContain('dir/n.ipynb');
  expect(failure.message).toContain(why);
});

test.each([3, 5])('refuses nbformat %i and says how to convert it', async (nbformat) => {
  const failure = await failureOf(() =>
    readNotebook(JSON.stringify({ nbformat, worksheets: [] }), 'old.ipynb'),
  );
  expect(failure.code).toBe('unsupported-notebook');
  expect(failure.message).toContain(`nbformat ${nbformat}`);
  expect(failure.hint).toContain('jupyter nbconvert --to notebook');
});

test('finds the title and the nearest heading above a cell', () => {
  const notebook = readNotebook(
    notebookText([
      'x = 1',
      '#nothing\n\n```\n# code\n```\n\n# The *whole* [story](http://x) ##',
      'y = 1',
      '## First\ntext\n### Second `part`',
      'z = 1',
    ]),
    'n.ipynb',
  );
  expect(titleOf(notebook)).toBe('The whole story');
  expect([0, 2, 4].map((index) => headingAbove(notebook, index))).toEqual([
    '',
    'The whole story',
    'Second part',
  ]);
});

test('the steps are the code cells that are to be run as written, and the parameters cell', () => {
  const notebook = readNotebook(
    notebookText([
      '# Set up',
      { source: 'name = ', tags: ['parameters', 'vcp:skip'] },
      '  \n',
      { source: 'token = getpass()', tags: ['vcp:skip'] },
      '# Run',
      'run()',
    ]),
    'n.ipynb',
  );
  expect(stepsOf(notebook, true).map(({ cell, title, parameters }) => ({ cell, title, parameters }))).toEqual(
    [
      { cell: 1, title: 'Set up', parameters: true },
      { cell: 5, title: 'Run', parameters: false },
    ],
  );
  expect(stepsOf(notebook, false).map((step) => step.cell)).toEqual([5]);
});

test('two parameters cells are refused', async () => {
  const cell = { source: 'a = 1', tags: ['parameters'] };
  const notebook = readNotebook(notebookText([cell, cell]), 'n.ipynb');
  const failure = await failureOf(() => stepsOf(notebook, true));
  expect(failure.code).toBe('invalid-template');
  expect(failure.message).toContain('cells 1, 2');
});
