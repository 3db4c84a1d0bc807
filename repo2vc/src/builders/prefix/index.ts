import { canonicalJson, type EnvironmentSpec, hashOf } from '../../model/index.ts';
import type { Builder, BuildTarget } from '../types.ts';
import { buildPrefix } from './build.ts';
import { examine } from './examine.ts';
import { chooseInterpreter } from './interpreter.ts';
import { refusalOf } from './requirements.ts';
import { completeIn, folderOf, withLock } from './store.ts';

/** To be raised whenever the same spec would give another prefix. */
const builderVersion = 1;

/** Builds an environment as a folder of this computer: a virtual environment made by uv, with no root and no engine. */
export const prefixBuilder: Builder = {
  id: 'prefix',
  refusal: (spec) => spec.requirements.map(refusalOf).find((failure) => failure !== undefined),
  chooseInterpreter,
  idOf,
  async build(name, spec, target, context) {
    const refusal = prefixBuilder.refusal(spec);
    if (refusal) throw refusal;
    const id = idOf(spec, target);
    const folder = folderOf(id, context);
    const reused = async () => {
      const environment = await completeIn(folder, id);
      if (environment) context.emit({ code: 'environment-reused', args: { name, id } });
      return environment;
    };
    return (
      (await reused()) ??
      withLock(folder, context, async () => {
        const meanwhile = await reused();
        if (meanwhile) return meanwhile;
        const { implementation, version } = target.interpreter;
        context.emit({
          code: 'environment-building',
          args: { name, id, interpreter: `${implementation} ${version}` },
        });
        const began = context.clock.now().getTime();
        const environment = await buildPrefix(name, id, spec, target, context);
        const ms = context.clock.now().getTime() - began;
        const packages = environment.lock.packages.length;
        context.emit({ code: 'environment-built', args: { name, id, packages, ms } });
        return environment;
      })
    );
  },
  examine,
};

function idOf(spec: EnvironmentSpec, target: BuildTarget): string {
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
