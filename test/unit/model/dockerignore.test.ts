import { describe, expect, test } from 'vitest';
import { dockerignore } from '../../../repo2vc/src/model/dockerignore.ts';

describe('a .dockerignore', () => {
  test.each([
    // what Docker's documentation says of them
    ['*/temp*', ['a/temporary.txt', 'a/temp/x'], ['temporary.txt', 'a/b/temp']],
    ['*/*/temp*', ['a/b/temporary'], ['a/temp']],
    ['temp?', ['tempa', 'tempb/x'], ['temp', 'tempab', 'temp/x']],
    ['**/*.go', ['x.go', 'a/x.go', 'a/b/x.go'], ['x.goo', 'a/xgo']],
    ['*.md\n!README.md', ['a.md'], ['README.md', 'a/b.md']],
    ['*.md\n!README*.md\nREADME-secret.md', ['README-secret.md'], ['README.md']],
    ['*.md\nREADME-secret.md\n!README*.md', ['a.md'], ['README-secret.md']],
    ['*\n!src', ['a', 'b/c'], ['src/x', 'src/a/b']],
    ['**', ['a', 'a/b'], []],
    ['a/**', ['a/b', 'a/b/c'], ['b']],
    ['a/**/z', ['a/z', 'a/b/c/z', 'a/z/x'], ['a/b', 'az', 'a/xz', 'a/b/xz']],
    ['**/bin', ['bin', 'a/bin', 'a/b/bin/x'], ['model.bin', 'a/model.bin', 'bins']],
    ['**/.env', ['.env', 'a/.env'], ['prod.env', 'a/prod.env']],
    ['**/a/**/z', ['a/z', 'b/a/c/z'], ['ba/z', 'a/bz', 'b/a/c/dz']],
    ['**/**/z', ['z', 'a/z', 'a/b/z'], ['az', 'a/bz']],
    ['x**/z', ['xz', 'xa/z', 'x/a/z'], ['xaz', 'x/az']],
    ['*\n!**/keep', ['a/unkeep'], ['keep', 'a/keep']],
    ['/foo/bar', ['foo/bar', 'foo/bar/x'], ['a/foo/bar']],
    ['foo/', ['foo/x', 'foo'], ['a/foo']],
    ['./a/../b', ['b', 'b/c'], ['a']],
    ['# a comment\n\n  spaced  ', ['spaced'], ['# a comment']],
    ['\uFEFFa\r\nb', ['a', 'b'], ['c']],
    // no regular expression anywhere
    ['a+b(c)$', ['a+b(c)$'], ['aab', 'abc']],
    ['[a-c]x\n[^z]y', ['bx', 'ay'], ['dx', 'zy', '/y']],
    ['\\*', ['*'], ['a']],
    ['[', ['['], ['a']],
    ['A', ['A'], ['a']],
    ['constructor\n__proto__', ['constructor', '__proto__'], ['toString']],
    ['', [], ['a']],
    ['.', [], ['a']],
  ])('%j leaves out %j and keeps %j', (text, out, kept) => {
    const isIgnored = dockerignore(text);
    expect(out.filter((path) => !isIgnored(path))).toEqual([]);
    expect(kept.filter((path) => isIgnored(path))).toEqual([]);
  });

  test('that was made to take for ever does not', () => {
    const isIgnored = dockerignore(`${'**/*a*'.repeat(200)}b\n${'*'.repeat(5000)}b`);
    expect(isIgnored('a/'.repeat(200) + 'a'.repeat(200))).toBe(false);
    expect(() => dockerignore('a\n'.repeat(1001))).toThrow('more than 1000');
  });
});
