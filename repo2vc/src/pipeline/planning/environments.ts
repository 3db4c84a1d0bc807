import { complete, type NeededPackage, toOpen, toPrepare } from '../../buildpacks/complete.ts';
import { buildpackNamed } from '../../buildpacks/registry.ts';
import { defaultClient, defaultClientName } from '../../environment-templates/defaults.ts';
import type { Chosen, Detection, EnvironmentSpec, Plan, Reason, Snapshot } from '../../model/index.ts';

/** The name, in a plan, of the one environment that a buildpack gives. */
const onlyName = 'main';

/** The environment of the entry node. */
export function nodeEnvironmentOf({ chosen }: Detection): string {
  return chosen.kind === 'template' ? chosen.template.node.environment : onlyName;
}

/** The environment in which a template's cells run; undefined when there are none. */
export function clientEnvironmentOf({ chosen }: Detection): string | undefined {
  if (chosen.kind !== 'template' || chosen.steps.length === 0) return undefined;
  return chosen.template.client?.environment ?? defaultClientName;
}

/**
 * The environments that a plan needs, by name: those that a node or the client runs in, each from its own files and
 * completed by what repo2vc itself needs there. The reasons say what was added.
 */
export function environmentsOf(
  snapshot: Snapshot,
  detection: Detection,
): Pick<Plan, 'environments' | 'reasons'> {
  const node = nodeEnvironmentOf(detection);
  const client = clientEnvironmentOf(detection);
  const environments: Plan['environments'] = {};
  const reasons: Reason[] = [];
  for (const name of new Set([node, ...(client === undefined ? [] : [client])])) {
    if (name === defaultClientName) {
      environments[name] = defaultClient;
      continue;
    }
    const needed: NeededPackage[] = [...(name === node ? toOpen : []), ...(name === client ? toPrepare : [])];
    const { spec, added } = complete(specOf(name, snapshot, detection), needed);
    environments[name] = spec;
    reasons.push(...added.map((text) => ({ code: 'requirement-added', args: { environment: name, text } })));
  }
  return { environments, reasons };
}

function specOf(name: string, snapshot: Snapshot, { chosen, files }: Detection): EnvironmentSpec {
  const { buildpack, folder } = placeOf(name, chosen);
  const texts = Object.fromEntries(files.map((file) => [file.path, file.text]));
  const described = chosen.kind === 'template' ? chosen.snapshot : snapshot;
  return buildpackNamed(buildpack).plan(texts, folder, described);
}

function placeOf(name: string, chosen: Chosen): { readonly buildpack: string; readonly folder: string } {
  if (chosen.kind === 'buildpack') return chosen;
  const place = chosen.environments[name];
  if (!place) throw new Error(`no environment is called ${name}`);
  return place;
}
