import { Failure } from '../../failure.ts';
import { runExec } from '../../io/docker/exec.ts';
import type { ImageView } from '../../io/docker/images.ts';
import type { PythonSpec } from '../../model/index.ts';
import { mend } from '../problems.ts';
import { keepAuthorsHashes, type Pinned, parseCompiled, renderPinned } from '../requirements.ts';
import { readable } from './build-log.ts';
import { buildIn } from './engine-build.ts';
import { exhausted, type FailedStep } from './failures.ts';
import { type Preparation, type Prepared, withPython } from './prepared.ts';
import { withProbed } from './probe.ts';
import type { Probed } from './probe-script.ts';
import { lacksPython, renderEnvironment, resolveWords } from './render.ts';

/** An image of Python packages that is to be built. */
export interface PythonBuild {
  readonly spec: PythonSpec;
  readonly sourceBuilds: boolean;
  readonly base: ImageView;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Resolves the requirements inside the image that they are for, and builds an image with exactly that. Failures:
 * `base-lacks-python` beside those of resolving and building.
 */
export async function buildPython(
  build: PythonBuild,
  preparation: Preparation,
): Promise<{ image: string; pinned: readonly Pinned[]; probed: Probed }> {
  const { spec, sourceBuilds, labels } = build;
  const { name, place, settings, log, context } = preparation;
  const base = await pythonOn(build.base, preparation);
  const { pinned, probed } = await resolve(build, base.image, preparation);
  const dockerfile = 'Dockerfile';
  // a commit, which git checks by itself, is the one thing that has no hash beside it
  const hashed = pinned.every((one) => one.hashes.length > 0);
  const { variables, flags, proxies } = settings;
  const texts = {
    [dockerfile]: renderEnvironment(base.tag, { settings: variables, flags, hashed, sourceBuilds }),
    'requirements.txt': renderPinned(pinned, spec.requirements),
  };
  const image = await buildIn(place, {
    ...{ name, dockerfile, labels, log, args: proxies, buildkit: false, clock: context.clock },
    context: { folder: '/', files: [], texts, check: () => undefined },
  });
  if (pinned.every((one) => one.version !== undefined)) return { image, pinned, probed };
  // what was asked for by an address shows its version once it is there
  return withProbed(place, { name, image, networked: false }, async (asked) => ({ image, pinned, ...asked }));
}

async function pythonOn(base: ImageView, preparation: Preparation): Promise<Prepared> {
  try {
    return await withPython(base, preparation);
  } catch (error) {
    if (!(error instanceof Failure) || error.args.code !== lacksPython) throw error;
    const lines = Array.isArray(error.args.lines) ? error.args.lines : [];
    const why = lines.findLast((line: string) => line.startsWith('repo2vc: '))?.slice('repo2vc: '.length);
    throw lacking(preparation.name, why ?? 'there is no python3 with pip');
  }
}

/** What is in the image that is built on, and the requirements as versions with hashes for its Python. */
async function resolve(build: PythonBuild, image: string, preparation: Preparation) {
  const { name, place } = preparation;
  return withProbed(place, { name, image, networked: true }, async ({ container, probed }) => {
    checkVersion(build.spec, name, probed);
    const pinned = parseCompiled(await compile(build, container, preparation));
    return { probed, pinned: keepAuthorsHashes(pinned, build.spec.requirements) };
  });
}

async function compile(
  { spec, sourceBuilds }: PythonBuild,
  container: string,
  { name, place, settings, log }: Preparation,
): Promise<string> {
  const env = { ...settings.variables, ...settings.proxies };
  const argv = resolveWords(settings.flags, sourceBuilds);
  const call = { container, argv, user: '', cwd: '/tmp', env, signal: place.signal };
  const { code, stdout, stderr } = await runExec(place.docker, call, {
    input: spec.requirements.map((requirement) => `${requirement.text}\n`).join(''),
    onLine: (text, stream) => {
      if (stream === 'stderr') log.take({ kind: 'output', step: argv.join(' '), text: `${text}\n` });
    },
  });
  if (code === 0) return stdout.toString('utf8');
  throw unresolved({ name, code, memoryMiB: place.memoryMiB }, stderr.toString('utf8'));
}

/** What an image is called says nothing of what is in it. */
function checkVersion({ python }: PythonSpec, name: string, probed: Probed): void {
  const version = probed.python?.version ?? 'none';
  const minor = version.split('.').slice(0, 2).join('.');
  if (python === 'any' || python.includes(minor)) return;
  throw lacking(name, `it has Python ${version}, and ${python.join(' or ')} is needed`);
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

function unresolved(failed: Pick<FailedStep, 'name' | 'code' | 'memoryMiB'>, said: string): Failure {
  const { name } = failed;
  const lines = said.trim().split('\n').slice(-40).map(readable);
  const step = 'uv pip compile';
  const args = { name, step, lines };
  const known =
    exhausted({ ...failed, step, message: '', lines, outOfMemory: false }, said, args) ??
    mend(said, `the environment ${name}`);
  if (known) return known;
  const cause = lines.join(' ').replaceAll(/\s+/g, ' ').slice(-600);
  return new Failure(
    'build-failed',
    `The environment ${name} could not be built: ${cause || 'uv was killed'}`,
    { hint: 'The output of the build, in the events of the run, says more.', args },
  );
}
