import { posix } from 'node:path';
import { type CopyTree, copyTree } from './copy-tree.ts';

/** What tools make again, and nobody publishes or misses. */
const remade = new Set(['.git', '.ipynb_checkpoints', '.venv', '__pycache__', 'node_modules', 'venv']);

/** A person's own folder. `without`: more of it to leave out, by relative path. */
export type CopyProject = Omit<CopyTree, 'skip' | 'skipped'> & { readonly without?: readonly string[] };

/**
 * Copies what belongs to a project in a person's folder: the same when it is tried and when it is published. Without
 * what tools make again (virtual environments, caches, .git), hidden files (but .binder, which describes an
 * environment) and special files. Gives the paths of the hidden and special ones, which somebody may miss.
 */
export async function copyProject({ without = [], ...tree }: CopyProject): Promise<string[]> {
  const missed = new Set<string>();
  const skip = (path: string) => {
    const name = posix.basename(path);
    if (without.includes(path) || remade.has(name)) return true;
    const hidden = name.startsWith('.') && name !== '.binder';
    if (hidden) missed.add(path);
    return hidden;
  };
  await copyTree({ ...tree, skip, skipped: (path) => missed.add(path) });
  return [...missed];
}

/** The first names of those that were left out, for a sentence. */
export function someOf(paths: readonly string[]): string {
  return `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? `, and ${paths.length - 5} more` : ''}`;
}
