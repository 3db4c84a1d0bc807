import { describe, expect, it } from 'vitest';
import { distinctPaths, safeRelativePath } from '../../../repo2vc/src/io/paths.ts';

describe('a path that somebody else chose', () => {
  it.each(['a', 'a/b.txt', './a', 'ä b', '.hidden', 'a..b', '...', 'x'.repeat(255)])('may be %s', (path) => {
    expect(safeRelativePath(path, 'it')).toBe(path.replace(/^\.\//, ''));
  });

  it.each([
    '',
    '.',
    './',
    '..',
    '../a',
    'a/..',
    'a/../b',
    './../a',
    '/a',
    'C:/a',
    'a\\b',
    '..\\a',
    'a\0b',
    'a\nb',
    'a\u001bb',
    'a//b',
    'a/',
    'a/./b',
    'x'.repeat(256),
    'x/'.repeat(600),
  ])('may not be %j', (path) => {
    expect(() => safeRelativePath(path, 'it')).toThrowError(expect.objectContaining({ code: 'unsafe-path' }));
  });
});

describe('the paths of one set of files', () => {
  it.each([
    [['a', 'b', 'a.b', 'c/a', 'c/b'], false],
    [['a', 'A'], false],
    [['c/a', 'C/b'], false],
  ])('may be %j', (paths, foldCase) => {
    const check = distinctPaths('it', foldCase);
    expect(() => {
      for (const path of paths) check(path);
    }).not.toThrow();
  });

  it.each([
    [['a', 'a'], false],
    [['a', 'a/b'], false],
    [['a/b', 'a'], false],
    [['a', 'A'], true],
    [['c/a', 'C/b'], true],
    [['A/b', 'a'], true],
    [['\u00e4', 'a\u0308'], true],
  ])('may not be %j', (paths, foldCase) => {
    const check = distinctPaths('it', foldCase);
    expect(() => {
      for (const path of paths) check(path);
    }).toThrowError(expect.objectContaining({ code: 'unsafe-path' }));
  });

  it('may name a folder before its files and again', () => {
    const check = distinctPaths('it', true);
    check('a', true);
    check('a/b');
    check('a', true);
    check('a/c/d');
    expect(() => check('A', true)).toThrow();
    expect(() => check('a')).toThrow();
  });
});
