import { Failure, isFailure } from '../../failure.ts';
import { runExec } from '../../io/docker/exec.ts';
import { nodePrograms } from '../../io/docker/node-programs.ts';
import { type Probed, probeWords, readProbe } from './probe-script.ts';
import { type Workplace, withContainer } from './workplace.ts';

/** A container of an image, in which it was asked what is in it. */
export interface Asked {
  readonly container: string;
  readonly probed: Probed;
}

/**
 * Starts a container of an image, and asks it who its user is and what is in it, before `work` goes on there. Failure
 * `image-not-usable` when nodes could not run it: no shell, or a program that they need is missing.
 */
export async function withProbed<T>(
  place: Workplace,
  what: { readonly name: string; readonly image: string; readonly networked: boolean },
  work: (asked: Asked) => Promise<T>,
): Promise<T> {
  const { name, image, networked } = what;
  return withContainer(
    place,
    { image, networked, unstartable: (why) => notUsable(name, why) },
    async (container) => work({ container, probed: await ask(name, container, place) }),
  );
}

async function ask(name: string, container: string, { docker, signal }: Workplace): Promise<Probed> {
  const call = { container, argv: probeWords(nodePrograms), user: '', cwd: '/', signal };
  const { stdout } = await runExec(docker, call, { timeoutMs: 120_000 }).catch((error: unknown) => {
    throw isFailure(error) && error.code === 'not-running' ? notUsable(name, 'it lacks sleep') : error;
  });
  const probed = readProbe(stdout.toString('utf8'));
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
