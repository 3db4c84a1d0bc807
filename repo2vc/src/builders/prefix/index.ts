import { Failure, isFailure } from '../../failure.ts';
import {
  type Base,
  canonicalJson,
  type Environment,
  type EnvironmentSpec,
  hashOf,
  type Interpreter,
  type Outcome,
  type PythonSpec,
} from '../../model/index.ts';
import type { Builder, BuildTools } from '../types.ts';
import { buildPrefix, type PrefixTarget } from './build.ts';
import { examine } from './examine.ts';
import { chooseInterpreter } from './interpreter.ts';
import { platformOf } from './platform.ts';
import { refusalOf } from './requirements.ts';
import { completeIn, folderOf, withLock } from './store.ts';

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
  build: async (name, spec, target, tools) => {
    try {
      const { platform, sourceBuilds } = target;
      const interpreter = interpreterOf(target.base);
      return {
        value: await obtain(name, pythonOnly(spec), { platform, interpreter, sourceBuilds }, tools),
      };
    } catch (error) {
      const needs = target.sourceBuilds ? undefined : consentFor(error);
      if (!needs) throw error;
      return needs;
    }
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

/** Building from source runs code of people whom the person did not choose. */
function consentFor(error: unknown): Outcome<Environment> | undefined {
  if (!isFailure(error) || error.code !== 'only-source-distribution') return undefined;
  const { packages } = error.args;
  return {
    needs: [{ kind: 'consent', to: 'source-builds', packages: Array.isArray(packages) ? [...packages] : [] }],
  };
}

/** The prefix of that id from the cache, or built; of two who want it, one waits for the other. */
async function obtain(
  name: string,
  spec: PythonSpec,
  target: PrefixTarget,
  tools: BuildTools,
): Promise<Environment> {
  const id = prefixIdOf(spec, target);
  const folder = folderOf(id, tools);
  const reused = async () => {
    const environment = await completeIn(folder, id);
    if (environment) tools.emit({ code: 'environment-reused', args: { name, id } });
    return environment;
  };
  return (
    (await reused()) ??
    withLock(folder, tools, async () => {
      const meanwhile = await reused();
      if (meanwhile) return meanwhile;
      const { implementation, version } = target.interpreter;
      tools.emit({
        code: 'environment-building',
        args: { name, id, interpreter: `${implementation} ${version}` },
      });
      const began = tools.clock.now().getTime();
      const environment = await buildPrefix(name, id, spec, target, tools);
      const ms = tools.clock.now().getTime() - began;
      const packages = environment.lock.packages.length;
      tools.emit({ code: 'environment-built', args: { name, id, packages, ms } });
      return environment;
    })
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
