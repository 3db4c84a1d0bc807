import { dockerfile } from './dockerfile/dockerfile.ts';
import { python } from './python/python.ts';
import { conda, julia, juliaRequire, nix, pipfile, r } from './refused/refused.ts';
import type { Buildpack, RefusedSpecification } from './types.ts';

/** What can describe an environment, in repo2docker's order: the first that applies wins. */
export const specifications: readonly (Buildpack | RefusedSpecification)[] = [
  dockerfile,
  julia,
  juliaRequire,
  nix,
  r,
  conda,
  pipfile,
  python,
];

/** The buildpack of a detection. */
export function buildpackNamed(name: string): Buildpack {
  const found = specifications.find((one) => one.name === name);
  if (!found || !('plan' in found)) throw new Error(`no buildpack is called ${name}`);
  return found;
}
