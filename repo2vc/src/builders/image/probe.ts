import { Failure, isFailure } from '../../failure.ts';
import { statusOf } from '../../io/docker/client.ts';
import { runExec } from '../../io/docker/exec.ts';
import { nodePrograms } from '../../io/docker/node-programs.ts';
import { type Probed, probeWords, readProbe } from './lock.ts';
import { type Workplace, withContainer } from './workplace.ts';

/**
 * Asks a container of an image who its user is and what is in it. Failure `image-not-usable` when nodes could not run
 * it: no shell, or a program that they need is missing.
 */
export async function probe(name: string, image: string, place: Workplace): Promise<Probed> {
  const { docker, signal } = place;
  const printed = await withContainer(
    place,
    { image, name: 'probe', networked: false },
    async (container) => {
      const call = { container, argv: probeWords(nodePrograms), user: '', cwd: '/', signal };
      const { stdout } = await runExec(docker, call, { timeoutMs: 120_000 });
      return stdout.toString('utf8');
    },
  ).catch((error: unknown) => {
    if (!isFailure(error)) throw error;
    if (error.code === 'not-running') throw notUsable(name, 'it lacks sleep');
    // What the engine cannot start has no shell, or a user that is not there.
    if (![400, 404, 500].includes(statusOf(error) ?? 0)) throw error;
    throw notUsable(name, `nothing can be started in it (${String(error.args.said)})`);
  });
  const probed = readProbe(printed);
  if (!probed) throw notUsable(name, 'its shell does not answer');
  if (probed.missing.length > 0) throw notUsable(name, `it lacks ${probed.missing.join(', ')}`);
  return probed;
}

/** The Failure `no-jupyter` for an image of somebody's Dockerfile in which no notebook can be opened. */
export function refuseWithoutJupyter(name: string, file: string, { jupyter }: Probed): void {
  if (jupyter) return;
  throw new Failure(
    'no-jupyter',
    `${file} makes an image for ${name} in which no notebook can be opened: there is no jupyter-lab on its PATH.`,
    {
      hint: 'Add to the Dockerfile what installs it, for instance: RUN python3 -m pip install jupyterlab',
      args: { name, file },
    },
  );
}

function notUsable(name: string, why: string): Failure {
  return new Failure('image-not-usable', `The image for ${name} cannot be a node: ${why}.`, {
    hint: 'Begin the Dockerfile with an image of a whole distribution, such as debian or python.',
    args: { name, why },
  });
}
