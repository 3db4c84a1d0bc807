import type { KernelMessage } from '@jupyterlab/services';

/** What a cell gave, as nbformat 4 has it (https://nbformat.readthedocs.io, "Code cell outputs"). */
export type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: MimeBundle; metadata: object }
  | { output_type: 'execute_result'; data: MimeBundle; metadata: object; execution_count: number | null }
  | { output_type: 'error'; ename: string; evalue: string; traceback: readonly string[] };

type Stream = Extract<Output, { output_type: 'stream' }>;

/** One thing shown, by media type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Gathers what a kernel says while a cell runs, and never holds more than its limit. */
export interface OutputCollector {
  take(message: KernelMessage.IMessage): void;
  outputs(): Output[];
  /** An error as an output, when the reply tells one that came in no message. */
  errorOutput(error: KernelError): Output;
}

/** What is kept of one cell, in characters; `margin` more are dropped where text is cut. */
export interface Caps {
  readonly limit: number;
  readonly margin: number;
}

type KernelError = Pick<KernelMessage.IErrorMsg['content'], 'ename' | 'evalue' | 'traceback'>;

interface State {
  kept: Output[];
  readonly shown: Map<string, number>;
  size: number;
  dropped: number;
  clearNext: boolean;
}

/**
 * Makes the collector of one cell. It keeps the first `limit` characters; what comes after is counted, dropped, and
 * told in a note at the end. Errors are always kept. `onText` hears the kept text of the streams as it comes.
 */
export function collectOutputs(caps: Caps, onText: (text: string) => void = () => {}): OutputCollector {
  const state: State = { kept: [], shown: new Map(), size: 0, dropped: 0, clearNext: false };
  return {
    take: (message) => take(state, message, caps, onText),
    outputs: () => (state.dropped === 0 ? state.kept : [...state.kept, noteOf(caps.limit, state.dropped)]),
    errorOutput: (error) => errorOutput(error, caps),
  };
}

function take(
  state: State,
  message: KernelMessage.IMessage,
  caps: Caps,
  onText: (text: string) => void,
): void {
  const content = message.content;
  switch (message.header.msg_type) {
    case 'stream': {
      const { name, text } = content as KernelMessage.IStreamMsg['content'];
      clearIfWaiting(state);
      if (addText(state, name, text, caps)) onText(text);
      return;
    }
    case 'display_data':
    case 'execute_result':
      return addShown(
        state,
        message as KernelMessage.IDisplayDataMsg | KernelMessage.IExecuteResultMsg,
        caps,
      );
    case 'update_display_data':
      return updateShown(state, content as KernelMessage.IUpdateDisplayDataMsg['content'], caps);
    case 'error':
      state.kept.push(errorOutput(content as KernelError, caps));
      return;
    case 'clear_output':
      state.clearNext = true;
      if (!(content as KernelMessage.IClearOutputMsg['content']).wait) clearIfWaiting(state);
  }
}

/** A traceback's frames may be many and its end is what tells, so only the end is kept. */
function errorOutput({ ename, evalue, traceback }: KernelError, { margin }: Caps): Output {
  const short = (text: string) => cut(text, 20_000, margin);
  return { output_type: 'error', ename, evalue: short(evalue), traceback: traceback.slice(-100).map(short) };
}

function cut(text: string, most: number, margin: number): string {
  return text.length <= most ? text : text.slice(0, Math.max(0, most - margin));
}

function clearIfWaiting(state: State): void {
  if (!state.clearNext) return;
  Object.assign(state, { kept: [], size: 0, clearNext: false });
  state.shown.clear();
}

/** Whether the text could be kept whole. */
function addText(state: State, name: 'stdout' | 'stderr', text: string, caps: Caps): boolean {
  const room = caps.limit - state.size;
  if (room <= 0) {
    state.dropped += text.length;
    return false;
  }
  const last = state.kept.at(-1);
  const output: Stream =
    last?.output_type === 'stream' && last.name === name ? last : { output_type: 'stream', name, text: '' };
  if (output !== last) state.kept.push(output);
  const fits = text.length <= room;
  const whole = output.text + text.slice(0, room);
  output.text = fits ? whole : whole.slice(0, Math.max(0, whole.length - caps.margin));
  state.size += Math.min(text.length, room);
  state.dropped += Math.max(0, text.length - room);
  return fits;
}

function addShown(
  state: State,
  message: KernelMessage.IDisplayDataMsg | KernelMessage.IExecuteResultMsg,
  caps: Caps,
): void {
  clearIfWaiting(state);
  const { data, metadata, transient } = message.content;
  if (!makeRoom(state, data, caps)) return;
  const displayId = transient?.display_id;
  if (typeof displayId === 'string') state.shown.set(displayId, state.kept.length);
  if ('execution_count' in message.content) {
    const { execution_count } = message.content;
    state.kept.push({ output_type: 'execute_result', data, metadata, execution_count });
  } else {
    state.kept.push({ output_type: 'display_data', data, metadata });
  }
}

function updateShown(
  state: State,
  content: KernelMessage.IUpdateDisplayDataMsg['content'],
  caps: Caps,
): void {
  const index = state.shown.get(String(content.transient.display_id));
  const output = index === undefined ? undefined : state.kept[index];
  if (!output || !('data' in output)) return;
  state.size -= sizeOf(output.data);
  if (makeRoom(state, content.data, caps)) Object.assign(output, { data: content.data });
  else state.size += sizeOf(output.data);
}

/** Whether the thing shown is kept: half a picture is none, so it is kept whole or not at all. */
function makeRoom(state: State, data: MimeBundle, { limit }: Caps): boolean {
  const size = sizeOf(data);
  const fits = state.size + size <= limit;
  if (fits) state.size += size;
  else state.dropped += size;
  return fits;
}

function sizeOf(data: MimeBundle): number {
  return JSON.stringify(data).length;
}

function noteOf(limit: number, dropped: number): Output {
  const text = `\n[repo2vc kept the first ${limit} characters of what this cell gave; ${dropped} more were dropped.]\n`;
  return { output_type: 'stream', name: 'stderr', text };
}
