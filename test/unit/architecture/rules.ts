import { dirname } from 'node:path';
import type { Import, Module } from './source.ts';

/**
 * The layers, from the top down: a folder may import anything that stands below it, and never its siblings. The last
 * line is the ground that everything stands on; its parts may import each other.
 */
const layers: readonly (readonly string[])[] = [
  ['cli'],
  ['index.ts'],
  ['pipeline'],
  [
    'archive',
    'builders',
    'buildpacks',
    'clusters',
    'content-providers',
    'environment-templates',
    'notebooks',
    'provenance',
    'publishers',
    'runs',
    'settings',
  ],
  ['io'],
  ['model', 'generated', 'events.ts', 'failure.ts', 'context.ts'],
];

/** Where each folder of plug-ins is. Only its registry.ts knows them by name, and no plug-in knows another. */
const plugins = ['builders', 'buildpacks', 'clusters/providers', 'content-providers', 'publishers'];

/** Who may import which package, types included. A package that is missing here may be imported by nobody. */
const packages: Readonly<Record<string, readonly string[]>> = {
  ajv: ['model'],
  'ajv-formats': ['model'],
  axios: ['io'],
  commander: ['cli'],
  'dockerfile-ast': ['model'],
  dockerode: ['io'],
  fastify: ['archive'],
  picocolors: ['cli'],
  protobufjs: ['io'],
  '@jupyterlab/services': ['notebooks'],
  'simple-git': ['io'],
  'tar-stream': ['io'],
  ws: ['notebooks'],
  yaml: ['buildpacks', 'cli', 'environment-templates', 'pipeline', 'provenance', 'publishers', 'settings'],
  yauzl: ['io'],
  yazl: ['io'],
};

/** Planning is pure: from these files nothing can be reached at run time that touches the world. */
const isPure = (path: string) => path === 'pipeline/plan.ts' || folderOf(path) === 'buildpacks';
const pureBuiltins = ['node:crypto', 'node:path', 'node:util'];

const budgets = { fileLines: 300, functionLines: 40, nesting: 3, folders: 3 };

/** Every breach of the house's rules in a tree, as `path: what is wrong`. */
export function violations(modules: readonly Module[]): string[] {
  return [
    ...modules.flatMap((module) => aboutOne(module)),
    ...cycles(modules),
    ...impurePlans(modules),
  ].sort();
}

function aboutOne(module: Module): string[] {
  const found = [
    ...style(module),
    ...sizes(module),
    ...world(module),
    ...module.imports.flatMap((one) => imported(module, one)),
  ];
  return [...new Set(found)].map((what) => `${module.path}: ${what}`);
}

function imported(from: Module, { specifier, target }: Import): string[] {
  if (specifier === undefined) return ['imports something computed'];
  if (!target) return [`imports ${specifier}, which does not exist`];
  if ('file' in target) return [...layering(from.path, target.file), ...plugging(from.path, target.file)];
  if (target.package.startsWith('node:')) {
    return target.package === 'node:process' ? ['imports node:process; use the global'] : [];
  }
  const allowed = packages[target.package] ?? [];
  return allowed.includes(folderOf(from.path)) ? [] : [`may not import the package ${target.package}`];
}

const folderOf = (path: string) => path.split('/')[0] ?? path;
const layerOf = (path: string) => layers.findIndex((layer) => layer.includes(folderOf(path)));

function layering(from: string, to: string): string[] {
  const [above, below] = [layerOf(from), layerOf(to)];
  if (above === -1) return [`${folderOf(from)} has no place among the layers`];
  if (folderOf(from) === folderOf(to) || above < below) return [];
  if (above === below && above === layers.length - 1) return [];
  return [`may not import ${to}: ${above === below ? 'siblings never import siblings' : 'it stands above'}`];
}

function pluginOf(path: string): { home: string; name: string } | undefined {
  const home = plugins.find((folder) => path.startsWith(`${folder}/`));
  const rest = home ? path.slice(home.length + 1).split('/') : [];
  return home && rest.length > 1 ? { home, name: rest[0] ?? '' } : undefined;
}

function plugging(from: string, to: string): string[] {
  const target = pluginOf(to);
  const own = pluginOf(from);
  if (!target || (own?.home === target.home && own.name === target.name)) return [];
  const registries = [target.home, dirname(target.home)].map((folder) => `${folder}/registry.ts`);
  return registries.includes(from)
    ? []
    : [`may not know ${target.home}/${target.name}: only the registry does`];
}

/** What only the command line may touch, so that the engine can be driven and tested. */
function world(module: Module): string[] {
  if (folderOf(module.path) === 'cli') return [];
  return module.globals
    .filter((use) => !(isClock(use) && folderOf(module.path) === 'io'))
    .map((use) => `uses ${use}; only cli may`);
}

const isClock = (use: string) => use === 'Date.now' || use === 'new Date()';

function style(module: Module): string[] {
  const kebab = module.path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.ts)?$/.test(part));
  return [
    ...(kebab ? [] : ['its name is not kebab-case']),
    ...(module.hasDefaultExport ? ['has a default export'] : []),
  ];
}

function sizes(module: Module): string[] {
  if (folderOf(module.path) === 'generated') return [];
  const long = module.functions.filter(({ lines }) => lines > budgets.functionLines);
  const deep = module.functions.filter(({ depth }) => depth > budgets.nesting);
  return [
    ...(module.lines > budgets.fileLines ? [`has ${module.lines} lines (${budgets.fileLines} at most)`] : []),
    ...(module.path.split('/').length - 1 > budgets.folders
      ? [`lies deeper than ${budgets.folders} folders`]
      : []),
    ...long.map(
      ({ name, lines }) => `the function at ${name} has ${lines} lines (${budgets.functionLines} at most)`,
    ),
    ...deep.map(
      ({ name, depth }) => `the function at ${name} nests ${depth} deep (${budgets.nesting} at most)`,
    ),
  ];
}

type Edges = ReadonlyMap<string, readonly string[]>;

function edgesOf(modules: readonly Module[], counts: (one: Import) => boolean): Edges {
  const targets = (module: Module) =>
    module.imports.flatMap((one) =>
      counts(one) && one.target && 'file' in one.target ? one.target.file : [],
    );
  return new Map(modules.map((module) => [module.path, targets(module)]));
}

/** The shortest way from one file to another over at least one import. */
function wayTo(edges: Edges, from: string, isGoal: (path: string) => boolean): string[] | undefined {
  const seen = new Set<string>();
  let ways = [[from]];
  while (ways.length > 0) {
    const next = ways.flatMap((way) => (edges.get(way.at(-1) ?? '') ?? []).map((to) => [...way, to]));
    const found = next.find((way) => isGoal(way.at(-1) ?? ''));
    if (found) return found;
    ways = next.filter((way) => !seen.has(way.at(-1) ?? '') && seen.add(way.at(-1) ?? ''));
  }
  return undefined;
}

function cycles(modules: readonly Module[]): string[] {
  const edges = edgesOf(modules, () => true);
  return modules.flatMap(({ path }) => {
    const way = wayTo(edges, path, (file) => file === path);
    return way ? [`${path}: is in a cycle: ${way.join(' → ')}`] : [];
  });
}

function impurePlans(modules: readonly Module[]): string[] {
  const edges = edgesOf(modules, (one) => !one.typeOnly);
  const touchesWorld = (path: string) => {
    const module = modules.find((one) => one.path === path);
    return folderOf(path) === 'io' || (module?.imports.some(isEffect) ?? false);
  };
  return modules
    .filter(({ path }) => isPure(path))
    .flatMap(({ path }) => {
      const way = touchesWorld(path) ? [path] : wayTo(edges, path, touchesWorld);
      return way ? [`${path}: is not pure: ${way.join(' → ')}`] : [];
    });
}

function isEffect({ target, typeOnly }: Import): boolean {
  if (typeOnly || !target || !('package' in target)) return false;
  return target.package.startsWith('node:') && !pureBuiltins.includes(target.package);
}
