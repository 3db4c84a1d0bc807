/** Words that cannot be a variable's name: docs.python.org/3/reference/lexical_analysis.html#keywords. */
const pythonKeywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Names that a stranger's file may not give to a parameter or environment, since they mean something already. */
export function isReservedName(name: string): boolean {
  return pythonKeywords.has(name) || name.startsWith('__') || name === 'prototype' || name in {};
}
