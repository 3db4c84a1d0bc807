import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { walk } from './architecture/source.ts';

const folder = join(import.meta.dirname, '../../repo2vc/src');
/** Answered to programs, who do nothing next; or shown with what is done next anyway. */
const needsNoHint = ['interrupted', 'program-failed'];

interface Made {
  readonly where: string;
  readonly code: string | undefined;
  readonly tellsWhatToDo: boolean;
}

/** Every `new Failure(…)` of a file. */
function failuresIn(path: string): Made[] {
  const text = readFileSync(join(folder, path), 'utf8');
  return [...walk(parseSync(path, text).program)].flatMap((node) => {
    if (node.type !== 'NewExpression' || !('name' in node.callee) || node.callee.name !== 'Failure')
      return [];
    const [code, , options] = node.arguments;
    const line = text.slice(0, node.start).split('\n').length;
    return {
      where: `${path}:${line}`,
      code: code?.type === 'Literal' ? String(code.value) : undefined,
      tellsWhatToDo: tellsWhatToDo(options),
    };
  });
}

/** Options that come from elsewhere, whole or spread, are looked at where they are made. */
function tellsWhatToDo(options: Node | undefined): boolean {
  if (options === undefined) return false;
  if (options.type !== 'ObjectExpression') return true;
  return options.properties.some((property) => {
    if (property.type === 'SpreadElement') return true;
    return property.key.type === 'Identifier' && ['hint', 'retryable'].includes(property.key.name);
  });
}

const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
  .flatMap(failuresIn);

test('every failure says what to do next', () => {
  expect(all.length).toBeGreaterThan(100);
  const mute = all.filter(
    ({ code, where, tellsWhatToDo }) =>
      !tellsWhatToDo && !needsNoHint.includes(code ?? '') && !where.startsWith('clusters/broker-routes.ts'),
  );
  expect(mute).toEqual([]);
});

test('every code is in kebab-case', () => {
  const codes = all.flatMap(({ code }) => code ?? []);
  expect(codes.filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
});
