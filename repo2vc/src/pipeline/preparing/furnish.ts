import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeConnection } from '../../clusters/types.ts';
import { writeFileAtomic } from '../../io/files.ts';
import { packTar } from '../../io/tar.ts';
import { type ChosenTemplate, canonicalJson, type NodeView, type Plan } from '../../model/index.ts';

/** Where things lie in the client, below its home. */
export const places = { template: 'template', own: '.repo2vc', library: '.repo2vc/python' } as const;

/** The module with which cells reach the nodes. */
const clusterModule = fileURLToPath(new URL('../../../node-side/repo2vc_cluster.py', import.meta.url));

export interface Furniture {
  readonly chosen: ChosenTemplate;
  readonly plan: Plan;
  readonly nodes: readonly NodeView[];
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * Gives the client what the template's cells may use, and nothing else: the template's folder, the module
 * `repo2vc_cluster`, ~/.repo2vc/inventory.json and parameters.json, and each secret that the template asks for as a
 * file. Gives the paths of the secrets by parameter name.
 */
export async function furnish(
  connection: NodeConnection,
  { chosen, plan, nodes, secrets }: Furniture,
  runFolder: string,
): Promise<ReadonlyMap<string, string>> {
  const { snapshot } = chosen;
  const files = snapshot.files.map(({ path }) => ({ from: join(runFolder, snapshot.folder, path), path }));
  await connection.put(packTar(files), places.template);
  const inventory = nodes.map(({ name, role, address }) => ({ name, role, address }));
  const own = [
    { path: 'inventory.json', value: { nodes: inventory } },
    { path: 'parameters.json', value: plan.parameters },
  ].map(({ path, value }) => ({ path, value, from: join(runFolder, 'client', path) }));
  for (const { from, value } of own) await writeFileAtomic(from, canonicalJson(value));
  const library = { from: clusterModule, path: 'python/repo2vc_cluster.py' };
  await connection.put(packTar([...own, library]), places.own);
  const paths = new Map<string, string>();
  for (const name of plan.secrets) {
    const value = secrets.get(name);
    if (value !== undefined) paths.set(name, await connection.putSecret(name, value));
  }
  return paths;
}
