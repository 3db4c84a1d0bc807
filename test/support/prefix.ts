import { existsSync, readdirSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { prefixBuilder } from '../../repo2vc/src/builders/prefix/index.ts';
import { chooseInterpreter } from '../../repo2vc/src/builders/prefix/interpreter.ts';
import { obtainUv } from '../../repo2vc/src/builders/prefix/uv.ts';
import type { BuildTarget } from '../../repo2vc/src/builders/types.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import type { Interpreter, PrefixEnvironment, PythonSpec } from '../../repo2vc/src/model/index.ts';
import { testCache, testContext } from './context.ts';

/** The spec that asks for these packages, for whatever Python is there. */
export function specOf(requirements: readonly string[], python: PythonSpec['python'] = 'any'): PythonSpec {
  return {
    kind: 'python',
    python,
    requirements: requirements.map((text, index) => ({ text, file: 'requirements.txt', line: index + 1 })),
  };
}

/** What an environment is built with here, by this interpreter. */
export function buildTarget(interpreter: Interpreter, sourceBuilds = false): BuildTarget {
  return {
    platform: { os: platform(), architecture: arch(), libc: 'glibc-2.36' },
    base: { kind: 'interpreter', interpreter },
    sourceBuilds,
  };
}

/** A context whose downloads, uv among them, are kept between tests, and whose prefixes are its own. */
export async function buildContext(
  variables: Readonly<Record<string, string | undefined>> = {},
  changes: Partial<Context> = {},
) {
  const kept = testContext();
  const uv = await obtainUv({ ...kept, places: { ...kept.places, cache: testCache() } });
  const PATH = `${dirname(uv.path)}:${process.env.PATH}`;
  const environment = { ...process.env, PATH, UV_CACHE_DIR: join(testCache(), 'uv'), ...variables };
  return testContext({ environment, ...changes });
}

/** A context that environments are built with in a test. */
export type Building = Awaited<ReturnType<typeof buildContext>>;

/** Builds the environment with these packages by whatever Python is there. */
export async function build(
  requirements: readonly string[],
  context: Building,
  sourceBuilds = false,
): Promise<PrefixEnvironment> {
  const spec = specOf(requirements);
  return buildPrefix(
    spec,
    buildTarget(await chooseInterpreter('main', spec, context), sourceBuilds),
    context,
  );
}

/** Builds a prefix; what it needs is thrown. */
export async function buildPrefix(
  spec: PythonSpec,
  target: BuildTarget,
  context: Context & { readonly folder: string },
): Promise<PrefixEnvironment> {
  const built = await prefixBuilder.build('main', spec, target, { ...context, runFolder: context.folder });
  if ('value' in built && built.value.builder === 'prefix') return built.value;
  throw new Error('no prefix was built', { cause: built });
}

/** What is left of prefixes, beside the records of who owned a folder. */
export function left(context: Building): string[] {
  const prefixes = join(context.places.cache, 'prefixes');
  if (!existsSync(prefixes)) return [];
  return readdirSync(prefixes).flatMap((id) =>
    readdirSync(join(prefixes, id)).filter((name) => !name.startsWith('lock.')),
  );
}
