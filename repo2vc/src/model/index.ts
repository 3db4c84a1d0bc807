export type * from '../generated/types.ts';
export { contextIdOf, filesBelow, ignoredBy, ignoreFilesOf } from './build-context.ts';
export { byPath, canonicalJson, contentIdOf, hashOf } from './content.ts';
export { doiOf, doiUrl } from './doi.ts';
export { type Finding, fine, note, problem, problemFrom } from './finding.ts';
export type { Outcome } from './outcome.ts';
export { nearest, parserOf } from './parse.ts';
