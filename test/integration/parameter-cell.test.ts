import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parameterCell } from '../../repo2vc/src/environment-templates/parameter-cell.ts';
import type { EnvironmentTemplate } from '../../repo2vc/src/model/index.ts';
import { everyTestNeeds } from '../support/needs.ts';
import { descriptor } from '../support/notebook.ts';

everyTestNeeds('pip');

test('Python reads back exactly the values that were written', () => {
  const values = {
    quotes: `'"'''"""\\`,
    lines: 'a\nb\r\n\tc\u0001\u007f\u0085\u2028',
    code: '"; import os; os.abort() #',
    shell: '!ls $HOME {x} %magic ?',
    emoji: 'é漢😀\u{10ffff}',
    whole: 9_007_199_254_740_991,
    float: 3,
    small: 5e-324,
    yes: true,
  };
  const types = { whole: 'integer', float: 'number', small: 'number', yes: 'boolean' } as Record<
    string,
    string
  >;
  const parameters = Object.fromEntries(
    Object.keys(values).map((name) => [name, { type: types[name] ?? 'string' }]),
  );
  const template = descriptor({ parameters }) as unknown as EnvironmentTemplate;
  const cell = parameterCell(template, values, new Map());
  const names = Object.keys(values).join(', ');
  const program = `${cell}\nimport json\nprint(json.dumps([[v, type(v).__name__] for v in (${names})]))`;
  const read = JSON.parse(
    execFileSync('python3', ['-I', '-'], { input: program, encoding: 'utf8' }),
  ) as unknown[][];
  expect(read.map(([value]) => value)).toEqual(Object.values(values));
  expect(read.map(([, type]) => type)).toEqual([
    'str',
    'str',
    'str',
    'str',
    'str',
    'int',
    'float',
    'float',
    'bool',
  ]);
});
