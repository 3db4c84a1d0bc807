import { posix } from 'node:path';
import { type Node, parseSync, visitorKeys } from 'oxc-parser';

/** One import, export-from, import(), import type or import = of a file. */
export interface Import {
  /** As written; undefined when it is computed, so that nobody can know what is imported. */
  readonly specifier: string | undefined;
  /** A file of the tree, a package, or neither. */
  readonly target: { readonly file: string } | { readonly package: string } | undefined;
  /** Erased by the compiler: nothing is loaded at run time. */
  readonly typeOnly: boolean;
}

/** What the rules look at in one source file. */
export interface Module {
  /** Relative to the source folder. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Globals that are somebody's business alone, as they are used: `console`, `process.env`, `Date.now`. */
  readonly globals: readonly string[];
  readonly functions: readonly { readonly name: string; readonly lines: number; readonly depth: number }[];
  readonly hasDefaultExport: boolean;
}

/** A tree of source files: text by path. */
export type Tree = ReadonlyMap<string, string>;

/** Reads every file of a tree with a real parser, so that no form of import is missed. */
export function readModules(tree: Tree): Module[] {
  return [...tree].map(([path, text]) => readModule(path, text, tree));
}

function readModule(path: string, text: string, tree: Tree): Module {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const nodes = [...walk(program)];
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  return {
    path,
    lines: lineOf(text.trimEnd().length),
    imports: nodes.flatMap(importOf).map(({ specifier, typeOnly }) => ({
      specifier,
      typeOnly,
      target: specifier === undefined ? undefined : resolve(path, specifier, tree),
    })),
    globals: nodes.flatMap(globalOf),
    functions: nodes.filter(isFunction).map((node) => ({
      name: `line ${lineOf(node.start)}`,
      lines: sizeOf(node, lineOf),
      depth: depthOf(node),
    })),
    hasDefaultExport: nodes.some((node) => node.type === 'ExportDefaultDeclaration'),
  };
}

function childrenOf(node: Node): Node[] {
  const keys = visitorKeys[node.type] ?? [];
  return keys
    .flatMap((key) => (node as unknown as Record<string, Node | Node[] | null>)[key] ?? [])
    .filter((child) => child !== null);
}

/** A node and all that is in it. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}

type Found = Pick<Import, 'specifier' | 'typeOnly'>;

/**
 * The import that a node is. `import { type A } from` counts as loaded, because verbatimModuleSyntax keeps it as an
 * empty import; only `import type` and `export type` are erased.
 */
function importOf(node: Node): Found[] {
  switch (node.type) {
    case 'ImportDeclaration':
      return [{ specifier: node.source.value, typeOnly: node.importKind === 'type' }];
    case 'ExportAllDeclaration':
      return [{ specifier: node.source.value, typeOnly: node.exportKind === 'type' }];
    case 'ExportNamedDeclaration':
      return node.source ? [{ specifier: node.source.value, typeOnly: node.exportKind === 'type' }] : [];
    case 'ImportExpression':
      return [{ specifier: textOf(node.source), typeOnly: false }];
    case 'TSImportType':
      return [{ specifier: textOf(node.source), typeOnly: true }];
    case 'TSExternalModuleReference':
      return [{ specifier: textOf(node.expression), typeOnly: false }];
    case 'CallExpression':
      return nameOf(node.callee) === 'require'
        ? [{ specifier: textOf(node.arguments[0]), typeOnly: false }]
        : [];
    default:
      return [];
  }
}

function textOf(node: Node | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function nameOf(node: Node): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

function resolve(from: string, specifier: string, tree: Tree): Import['target'] {
  if (specifier.startsWith('.')) {
    const file = posix.join(posix.dirname(from), specifier);
    return tree.has(file) ? { file } : undefined;
  }
  const parts = specifier.split('/');
  return { package: specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier) };
}

const watched = new Set([
  'process.env',
  'process.exit',
  'process.exitCode',
  'process.stdout',
  'process.stderr',
  'process.stdin',
  'process.argv',
  'process.cwd',
  'Date.now',
  'Math.random',
]);

function globalOf(node: Node): string[] {
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date' && node.arguments.length === 0) {
    return ['new Date()'];
  }
  if (node.type === 'VariableDeclarator' && node.init) return takenWhole(nameOf(node.init));
  if (node.type !== 'MemberExpression') return [];
  const owner = nameOf(node.object);
  if (owner === 'console') return ['console'];
  const property = node.computed ? textOf(node.property) : nameOf(node.property);
  if (owner === 'globalThis') return takenWhole(property);
  const use = `${owner}.${property}`;
  return watched.has(use) ? [use] : [];
}

/** `const { env } = process` and `globalThis.process` take what could not be followed further. */
function takenWhole(name: string | undefined): string[] {
  return name === 'process' || name === 'console' ? [name] : [];
}

function isFunction(node: Node): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);
}

/**
 * How many lines a function has. Functions in it that have a name of their own count by themselves, so that one that
 * makes an object of functions is measured as a class would be; callbacks count as part of it.
 */
function sizeOf(node: Node, lineOf: (offset: number) => number): number {
  const lines = (one: Node) => lineOf(one.end) - lineOf(one.start);
  return 1 + lines(node) - namedWithin(node).reduce((sum, inner) => sum + lines(inner), 0);
}

function namedWithin(node: Node): Node[] {
  return childrenOf(node).flatMap((child) => (hasName(node, child) ? [child] : namedWithin(child)));
}

function hasName(parent: Node, child: Node): boolean {
  if (child.type === 'FunctionDeclaration') return true;
  return isFunction(child) && ['Property', 'MethodDefinition', 'VariableDeclarator'].includes(parent.type);
}

const nesting = ['IfStatement', 'ForStatement', 'ForOfStatement', 'ForInStatement', 'WhileStatement'].concat(
  'DoWhileStatement',
  'SwitchStatement',
  'TryStatement',
);

/** How deep statements are nested in a function, without the functions inside it. `else if` is one level with its if. */
function depthOf(node: Node): number {
  const deepest = childrenOf(node).map((child) => {
    if (isFunction(child)) return 0;
    const isElseIf = node.type === 'IfStatement' && node.alternate === child && child.type === 'IfStatement';
    return depthOf(child) + (nesting.includes(child.type) && !isElseIf ? 1 : 0);
  });
  return Math.max(0, ...deepest);
}
