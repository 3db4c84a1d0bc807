import { Failure } from '../../failure.ts';
import { runExec } from '../../io/docker/exec.ts';
import type { PythonSpec } from '../../model/index.ts';
import { textAt } from '../../model/loose.ts';
import { mend } from '../problems.ts';
import { keepAuthorsHashes, type Pinned, parseCompiled, renderPinned } from '../requirements.ts';
import { readable } from './build-log.ts';
import { buildIn } from './engine-build.ts';
import { type Preparation, type Prepared, withPython } from './prepared.ts';
import { lacksPython, pythonPath, renderEnvironment, resolveWords } from './render.ts';
import { withContainer } from './workplace.ts';

/** An image of Python packages that is to be built. */
export interface PythonBuild {
  readonly spec: PythonSpec;
  readonly sourceBuilds: boolean;
  readonly base: Prepared;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Resolves the requirements inside the image that they are for, and builds an image with exactly that. Failures:
 * `base-lacks-python` beside those of resolving and building.
 */
export async function buildPython(
  build: PythonBuild,
  preparation: Preparation,
): Promise<{ readonly image: string; readonly pinned: readonly Pinned[] }> {
  const { spec, sourceBuilds, tag, labels } = build;
  const { name, place, settings, log, context } = preparation;
  const base = await pythonOn(build.base, preparation);
  const pinned = keepAuthorsHashes(await resolve(build, base.image, preparation), spec.requirements);
  const dockerfile = 'Dockerfile';
  // a commit, which git checks by itself, is the one thing that has no hash beside it
  const hashed = pinned.every((one) => one.hashes.length > 0);
  const args = Object.keys(settings.variables).sort();
  const texts = {
    [dockerfile]: renderEnvironment(base.tag, { args, flags: settings.flags, hashed, sourceBuilds }),
    'requirements.txt': renderPinned(pinned, spec.requirements),
  };
  const image = await buildIn(place, {
    ...{ name, dockerfile, tag, labels, log, buildkit: false, clock: context.clock },
    args: { ...settings.variables, ...settings.proxies },
    context: { folder: '/', files: [], texts, check: () => undefined },
  });
  return { image, pinned };
}

async function pythonOn(base: Prepared, preparation: Preparation): Promise<Prepared> {
  try {
    return await withPython(base, preparation);
  } catch (error) {
    if (!(error instanceof Failure) || error.args.code !== lacksPython) throw error;
    const lines = Array.isArray(error.args.lines) ? error.args.lines : [];
    const why = lines.findLast((line: string) => line.startsWith('repo2vc: '))?.slice('repo2vc: '.length);
    throw lacking(preparation.name, why ?? 'there is no python3 with pip');
  }
}

/** The requirements, as versions with hashes, for the Python of the image. */
async function resolve(
  { spec, sourceBuilds }: PythonBuild,
  image: string,
  { name, place, settings, log }: Preparation,
): Promise<Pinned[]> {
  const env = { ...settings.variables, ...settings.proxies };
  return withContainer(place, { image, name: 'resolve', networked: true }, async (container) => {
    const run = (argv: readonly string[], input?: string) =>
      runExec(
        place.docker,
        { container, argv, user: '', cwd: '/tmp', env, signal: place.signal },
        {
          ...(input === undefined ? {} : { input }),
          onLine: (text, stream) => {
            if (stream === 'stderr') log.take({ kind: 'output', step: 'uv pip compile', text: `${text}\n` });
          },
        },
      );
    await checkVersion(spec, name, (await run(versionWords)).stdout.toString('utf8'));
    const input = spec.requirements.map((requirement) => `${requirement.text}\n`).join('');
    const { code, stdout, stderr } = await run(resolveWords(settings.flags, sourceBuilds), input);
    if (code === 0) return parseCompiled(stdout.toString('utf8'));
    const said = stderr.toString('utf8');
    throw mend(said, `the environment ${name}`) ?? unresolved(name, said);
  });
}

const versionWords = [
  pythonPath,
  '-I',
  '-c',
  'import json, platform; print(json.dumps({"version": platform.python_version()}))',
];

/** What an image is called says nothing of what is in it. */
async function checkVersion(spec: PythonSpec, name: string, said: string): Promise<void> {
  const version = textAt(JSON.parse(said), 'version') ?? '';
  const minor = version.split('.').slice(0, 2).join('.');
  if (spec.python === 'any' || spec.python.includes(minor)) return;
  throw lacking(name, `it has Python ${version}, and ${spec.python.join(' or ')} is needed`);
}

function lacking(name: string, why: string): Failure {
  return new Failure(
    'base-lacks-python',
    `The image that the environment ${name} is built on does not serve: ${why}.`,
    {
      hint: 'Name one that does in settings.yaml: containers: { baseImages: { NAME: IMAGE } }.',
      args: { name, why },
    },
  );
}

function unresolved(name: string, said: string): Failure {
  const lines = said.trim().split('\n').slice(-40).map(readable);
  const cause = lines.join(' ').replaceAll(/\s+/g, ' ').slice(-600);
  return new Failure(
    'build-failed',
    `The environment ${name} could not be built: ${cause || 'uv was killed'}`,
    {
      hint: 'The output of the build, in the events of the run, says more.',
      args: { name, step: 'uv pip compile', lines },
    },
  );
}
