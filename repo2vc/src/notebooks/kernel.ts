import type { KernelMessage } from '@jupyterlab/services';
import type { Clock, Context } from '../context.ts';
import { Failure, interrupted } from '../failure.ts';
import { type Channel, openChannel } from './channel.ts';
import { collectOutputs, type Output, type OutputCollector } from './outputs.ts';
import { connectionSettings, type JupyterServer } from './server.ts';

/** What a notebook asks for. */
export interface KernelWish {
  readonly name?: string;
  readonly language?: string;
}

export interface ExecuteOptions {
  readonly timeoutMs: number;
  /** Characters kept of what the cell gives. */
  readonly maxOutput: number;
  /** Characters that are dropped besides where text is cut, so that no part of a secret is left there. */
  readonly margin: number;
  /** Hears the text of the streams as it comes, up to `maxOutput`. Not scrubbed. */
  readonly onText?: (text: string) => void;
}

/** How a cell ended: `died`: its kernel ended; `lost`: the server behind it is gone. */
export interface CellResult {
  readonly ended: 'ok' | 'error' | 'timeout' | 'died' | 'lost';
  readonly outputs: Output[];
  readonly executionCount: number | null;
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
 * Starts a kernel on a Jupyter server, in the folder `path` below the server's root: by the name the notebook asks
 * for, else one of its language. Throws `no-kernel`, or `kernel-not-started` with what the server said.
 */
export async function startKernel(
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
    request: (code: string) =>
      KernelMessage.createMessage<KernelMessage.IExecuteRequestMsg>({
        msgType: 'execute_request',
        channel: 'shell',
        session,
        username: 'repo2vc',
        content: { code, store_history: true, allow_stdin: false, stop_on_error: true },
      }),
  };
  return {
    ...chosen,
    execute: (code, options) => execute(running, code, options),
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

interface Running {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly interrupt: () => Promise<void>;
  readonly request: (code: string) => KernelMessage.IExecuteRequestMsg;
}

/** How long a kernel that was interrupted may take to say so before it is given up. */
const graceMs = 5_000;

async function execute(kernel: Running, code: string, options: ExecuteOptions): Promise<CellResult> {
  if (kernel.signal.aborted) throw interrupted();
  const request = kernel.request(code);
  const collector = collectOutputs({ limit: options.maxOutput, margin: options.margin }, options.onText);
  const finished = answerTo(request, kernel.channel, collector);
  kernel.channel.send(request);
  const first = await within(finished, options.timeoutMs, kernel);
  if (first !== 'late') return first;
  await kernel.interrupt();
  const second = await within(finished, graceMs, kernel);
  const last = second === 'late' ? { outputs: collector.outputs(), executionCount: null } : second;
  return { ...last, ended: 'timeout' };
}

/** Listens until the kernel has replied to a request *and* is idle again: outputs may come after the reply. */
function answerTo(
  request: KernelMessage.IMessage,
  channel: Channel,
  collector: OutputCollector,
): Promise<CellResult> {
  return new Promise((resolve) => {
    let reply: KernelMessage.IExecuteReplyMsg['content'] | undefined;
    let idle = false;
    const end = (ended: CellResult['ended']) => resolve(resultOf(ended, collector, reply));
    void channel.closed.then(() => end('lost'));
    channel.listen((message) => {
      const state = stateIn(message);
      if (state === 'restarting' || state === 'dead') return end('died');
      if (parentOf(message) !== request.header.msg_id) return;
      if (message.channel === 'iopub') collector.take(message);
      if (message.header.msg_type === 'execute_reply') {
        reply = message.content as KernelMessage.IExecuteReplyMsg['content'];
      }
      idle ||= state === 'idle';
      if (reply && idle) end(reply.status === 'ok' ? 'ok' : 'error');
    });
  });
}

/** The server may have dropped the error among too many outputs; the reply tells it again. */
function resultOf(
  ended: CellResult['ended'],
  collector: OutputCollector,
  reply: KernelMessage.IExecuteReplyMsg['content'] | undefined,
): CellResult {
  const outputs = collector.outputs();
  if (reply?.status === 'error' && !outputs.some((output) => output.output_type === 'error')) {
    outputs.push(collector.errorOutput(reply));
  }
  return { ended, outputs, executionCount: reply?.execution_count ?? null };
}

function stateIn(message: KernelMessage.IMessage): string | undefined {
  if (message.header.msg_type !== 'status') return undefined;
  return (message.content as KernelMessage.IStatusMsg['content']).execution_state;
}

function parentOf(message: KernelMessage.IMessage): string | undefined {
  return 'msg_id' in message.parent_header ? message.parent_header.msg_id : undefined;
}

async function within<T>(work: Promise<T>, ms: number, kernel: Running): Promise<T | 'late'> {
  const settled = new AbortController();
  const signal = AbortSignal.any([settled.signal, kernel.signal]);
  try {
    return await Promise.race([work, kernel.clock.sleep(ms, signal).then(() => 'late' as const)]);
  } catch (error) {
    await kernel.interrupt();
    throw error;
  } finally {
    settled.abort();
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
