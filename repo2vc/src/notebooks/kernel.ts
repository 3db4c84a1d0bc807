import type { KernelMessage } from '@jupyterlab/services';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { lastLines } from './cell-failure.ts';
import { openChannel } from './channel.ts';
import { pythonSetup } from './python-setup.ts';
import { type CellResult, type ExecuteOptions, runCell } from './run-cell.ts';
import { connectionSettings, type JupyterServer } from './server.ts';

/** What a notebook asks for. */
export interface KernelWish {
  readonly name?: string;
  readonly language?: string;
}

export interface Kernel {
  readonly name: string;
  readonly language: string;
  /** The name that was asked for, when another kernel of the same language had to serve. */
  readonly insteadOf: string | undefined;
  /** Runs code as one cell; one at a time. Throws `interrupted` when the signal fires; the kernel is told to stop. */
  execute(code: string, options: ExecuteOptions): Promise<CellResult>;
  /** Ends the kernel. Never throws. */
  shutdown(): Promise<void>;
}

type KernelContext = Pick<Context, 'clock' | 'signal' | 'random'>;

/**
 * Starts a kernel on a Jupyter server, in the folder `path` below the server's root, and sees that it runs code: by the
 * name the notebook asks for, else one of its language. Throws `no-kernel`, or `kernel-not-started` with what was said.
 */
export async function startKernel(
  server: JupyterServer,
  wish: KernelWish,
  path: string,
  context: KernelContext,
): Promise<Kernel> {
  // Jupyter gives a kernel ports that are free at that moment, and somebody else may take one before the kernel does:
  // such a kernel may never answer, and another one will.
  const first = await tryOne(server, wish, path, 20_000, context);
  if ('execute' in first) return first;
  const second = await tryOne(server, wish, path, 120_000, context);
  if ('execute' in second) return second;
  throw notRunning(second);
}

interface Unready extends CellResult {
  readonly name: string;
}

async function tryOne(
  server: JupyterServer,
  wish: KernelWish,
  path: string,
  timeoutMs: number,
  context: KernelContext,
): Promise<Kernel | Unready> {
  const kernel = await startOne(server, wish, path, context);
  const code = kernel.language === 'python' ? pythonSetup : '';
  const options = { timeoutMs, maxOutput: 10_000, margin: 0, history: false };
  const result = await kernel.execute(code, options);
  if (result.ended === 'ok') return kernel;
  await kernel.shutdown();
  const unready = { ...result, name: kernel.name };
  if (result.ended === 'timeout' || result.ended === 'died') return unready;
  throw notRunning(unready);
}

function notRunning({ name, ended, outputs }: Unready): Failure {
  return new Failure('kernel-not-started', `The kernel ${name} does not run code (${ended}).`, {
    hint: 'The environment must contain a working kernel: look at its requirements.',
    args: { ended, said: lastLines(outputs) },
  });
}

async function startOne(
  server: JupyterServer,
  wish: KernelWish,
  path: string,
  context: KernelContext,
): Promise<Kernel> {
  const { KernelAPI, KernelMessage, KernelSpecAPI } = await import('@jupyterlab/services');
  const settings = await connectionSettings(server, 60_000);
  // To end something must not take long where nothing answers any more.
  const ending = await connectionSettings(server, 15_000);
  const starting = async () => {
    const chosen = choose(await KernelSpecAPI.getSpecs(settings), wish);
    const model = await KernelAPI.startNew({ name: chosen.name, path } as { name: string }, settings);
    const session = context.random(32);
    const channel = await openChannel(settings, model.id, session, context.signal);
    return { chosen, model, session, channel };
  };
  const { chosen, model, session, channel } = await starting().catch(cannotStart);
  const running = {
    channel,
    clock: context.clock,
    signal: context.signal,
    interrupt: () => KernelAPI.interruptKernel(model.id, ending).catch(() => {}),
    request: (code: string, history: boolean) =>
      KernelMessage.createMessage<KernelMessage.IExecuteRequestMsg>({
        msgType: 'execute_request',
        channel: 'shell',
        session,
        username: 'repo2vc',
        content: { code, store_history: history, allow_stdin: false, stop_on_error: true },
      }),
  };
  return {
    ...chosen,
    execute: (code, options) => runCell(running, code, options),
    shutdown: async () => {
      channel.close();
      await KernelAPI.shutdownKernel(model.id, ending).catch(() => {});
    },
  };
}

function cannotStart(error: unknown): never {
  if (error instanceof Failure) throw error;
  throw new Failure('kernel-not-started', `The kernel could not be started: ${wordsOf(error)}.`, {
    hint: 'The environment must contain ipykernel, or the kernel of the language of the notebook.',
    cause: error,
  });
}

type Specs = Awaited<ReturnType<typeof import('@jupyterlab/services').KernelSpecAPI.getSpecs>>;

function choose(specs: Specs, wish: KernelWish): Pick<Kernel, 'name' | 'language' | 'insteadOf'> {
  const known = Object.values(specs.kernelspecs).filter((spec) => spec !== undefined);
  const language = wish.language?.toLowerCase();
  const spec =
    known.find(({ name }) => name === wish.name) ??
    (language
      ? known.find((candidate) => candidate.language.toLowerCase() === language)
      : wish.name
        ? undefined
        : known.find(({ name }) => name === specs.default));
  if (spec) {
    const insteadOf = wish.name === undefined || wish.name === spec.name ? undefined : wish.name;
    return { name: spec.name, language: spec.language.toLowerCase(), insteadOf };
  }
  const asked = wish.name ?? wish.language ?? 'any';
  const names = known.map(({ name }) => name).sort();
  throw new Failure('no-kernel', `The environment has no kernel for the notebook, which asks for ${asked}.`, {
    hint: `Add that kernel to the requirements. The environment has: ${names.join(', ') || 'none'}.`,
    args: { asked, known: names },
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
