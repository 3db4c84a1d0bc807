import { Failure } from '../../failure.ts';
import {
  type Base,
  canonicalJson,
  type EnvironmentSpec,
  hashOf,
  type Interpreter,
  type PrefixEnvironment,
  type PythonSpec,
} from '../../model/index.ts';
import { obtain, orConsent } from '../obtain.ts';
import { refusalOf } from '../requirements.ts';
import type { Builder, BuildTools } from '../types.ts';
import { buildPrefix, type PrefixTarget } from './build.ts';
import { examine } from './examine.ts';
import { chooseInterpreter } from './interpreter.ts';
import { platformOf } from './platform.ts';
import { completeIn, folderOf } from './store.ts';

/** To be raised whenever the same spec would give another prefix. */
const builderVersion = 1;

/** Builds an environment as a folder of this computer: a virtual environment made by uv, with no root and no engine. */
export const prefixBuilder: Builder = {
  id: 'prefix',
  refusal,
  platform: platformOf,
  chooseBase: async (name, spec, context) => ({
    kind: 'interpreter',
    interpreter: await chooseInterpreter(name, pythonOnly(spec), context),
  }),
  build: (name, spec, target, tools) => {
    const { platform, sourceBuilds } = target;
    const chosen = { platform, interpreter: interpreterOf(target.base), sourceBuilds };
    return orConsent(target, () => prefixFor(name, pythonOnly(spec), chosen, tools));
  },
  examine,
};

function refusal(spec: EnvironmentSpec): Failure | undefined {
  if (spec.kind === 'python')
    return spec.requirements.map(refusalOf).find((failure) => failure !== undefined);
  return new Failure('needs-container-engine', `${spec.file} can only be built by a container engine.`, {
    hint: 'Install one, for instance with: sudo apt-get install docker.io',
    args: { file: spec.file },
  });
}

function pythonOnly(spec: EnvironmentSpec): PythonSpec {
  const failure = refusal(spec);
  if (failure) throw failure;
  if (spec.kind !== 'python') throw new Error('only Python is built as a prefix');
  return spec;
}

function interpreterOf(base: Base): Interpreter {
  if (base.kind === 'interpreter') return base.interpreter;
  throw new Error('a prefix is built on an interpreter');
}

/** The prefix of that id from the cache, or built. */
function prefixFor(
  name: string,
  spec: PythonSpec,
  target: PrefixTarget,
  tools: BuildTools,
): Promise<PrefixEnvironment> {
  const id = prefixIdOf(spec, target);
  const folder = folderOf(id, tools);
  const { implementation, version } = target.interpreter;
  return obtain(
    {
      ...{ name, id, folder, on: `${implementation} ${version}` },
      cached: () => completeIn(folder, id),
      make: () => buildPrefix(name, id, spec, target, tools),
    },
    tools,
  );
}

/** Names what would be built: a hash of spec, builder version, platform and interpreter version. Pure. */
export function prefixIdOf(spec: PythonSpec, target: PrefixTarget): string {
  const { implementation, version } = target.interpreter;
  return hashOf(
    canonicalJson({
      builder: 'prefix',
      builderVersion,
      kind: spec.kind,
      requirements: spec.requirements.map((requirement) => requirement.text),
      platform: target.platform,
      interpreter: { implementation, version },
      sourceBuilds: target.sourceBuilds,
    }),
  );
}
