import { isBinderFolder, pathIn } from '../folders.ts';
import { parseRuntime } from '../runtime.ts';
import type { RefusedSpecification } from '../types.ts';
import { unsupported } from '../unsupported.ts';

export const julia = oneOf('julia', 'a Julia project', ['JuliaProject.toml', 'Project.toml']);
export const juliaRequire = oneOf('julia-require', 'Julia packages', ['REQUIRE']);
export const nix = oneOf('nix', 'Nix packages', ['default.nix']);
export const conda = oneOf('conda', 'Conda packages', ['environment.yml', 'environment.yaml']);
export const pipfile = oneOf('pipfile', 'a Pipfile', ['Pipfile.lock', 'Pipfile']);

/** R is asked for by runtime.txt, or by a DESCRIPTION when there is no binder folder. */
export const r: RefusedSpecification = {
  name: 'r',
  refuse: async (files) => {
    const runtime = await files.text('runtime.txt');
    const path = pathIn(files, 'runtime.txt');
    if (runtime !== undefined && parseRuntime(runtime, path).name === 'r') return unsupported(path, 'R');
    if (isBinderFolder(files.folder) || !files.has('DESCRIPTION')) return undefined;
    return unsupported(pathIn(files, 'DESCRIPTION'), 'an R package');
  },
};

function oneOf(name: string, what: string, names: readonly string[]): RefusedSpecification {
  return {
    name,
    refuse: async (files) => {
      const found = names.find((file) => files.has(file));
      return found === undefined ? undefined : unsupported(pathIn(files, found), what);
    },
  };
}
