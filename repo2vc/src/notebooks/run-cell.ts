import type { KernelMessage } from '@jupyterlab/services';
import type { Clock } from '../context.ts';
import { interrupted } from '../failure.ts';
import type { Channel } from './channel.ts';
import { collectOutputs, type Output, type OutputCollector } from './outputs.ts';

export interface ExecuteOptions {
  readonly timeoutMs: number;
  /** Characters kept of what the cell gives. */
  readonly maxOutput: number;
  /** Characters that are dropped besides where text is cut, so that no part of a secret is left there. */
  readonly margin: number;
  /** Whether it counts as one of the cells that a person has run. Default: yes. */
  readonly history?: boolean;
  /** Hears the text of the streams as it comes, up to `maxOutput`. Not scrubbed. */
  readonly onText?: (text: string) => void;
}

/** How a cell ended: `died`: its kernel ended; `lost`: the server behind it is gone. */
export interface CellResult {
  readonly ended: 'ok' | 'error' | 'timeout' | 'died' | 'lost';
  readonly outputs: Output[];
  readonly executionCount: number | null;
}

/** A kernel that a cell can be run on. */
export interface RunningKernel {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly interrupt: () => Promise<void>;
  readonly request: (code: string, history: boolean) => KernelMessage.IExecuteRequestMsg;
}

/** How long a kernel that was interrupted may take to say so before it is given up. */
const graceMs = 5_000;

/** Runs code as one cell; see Kernel.execute. */
export async function runCell(
  kernel: RunningKernel,
  code: string,
  options: ExecuteOptions,
): Promise<CellResult> {
  if (kernel.signal.aborted) throw interrupted();
  const request = kernel.request(code, options.history ?? true);
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

async function within<T>(work: Promise<T>, ms: number, kernel: RunningKernel): Promise<T | 'late'> {
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
