import type { KernelMessage } from '@jupyterlab/services';

/** What a cell gave, as nbformat 4 has it (https://nbformat.readthedocs.io, "Code cell outputs"). */
export type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: MimeBundle; metadata: object }
  | { output_type: 'execute_result'; data: MimeBundle; metadata: object; execution_count: number | null }
  | { output_type: 'error'; ename: string; evalue: string; traceback: readonly string[] };

/** One thing shown, by media type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Gathers what a kernel says while a cell runs, and never holds more than its limit. */
export interface OutputCollector {
  take(message: KernelMessage.IMessage): void;
  outputs(): Output[];
}

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
export function collectOutputs(limit: number, onText: (text: string) => void = () => {}): OutputCollector {
  const state: State = { kept: [], shown: new Map(), size: 0, dropped: 0, clearNext: false };
  return {
    take: (message) => take(state, message, limit, onText),
    outputs: () => (state.dropped === 0 ? state.kept : [...state.kept, noteOf(limit, state.dropped)]),
  };
}

function take(state: State, message: KernelMessage.IMessage, limit: number, onText: (text: string) => void) {
  const content = message.content;
  switch (message.header.msg_type) {
    case 'stream': {
      const { name, text } = content as KernelMessage.IStreamMsg['content'];
      clearIfWaiting(state);
      onText(addText(state, name, text, limit));
      return;
    }
    case 'display_data':
    case 'execute_result':
      return addShown(
        state,
        message as KernelMessage.IDisplayDataMsg | KernelMessage.IExecuteResultMsg,
        limit,
      );
    case 'update_display_data':
      return updateShown(state, content as KernelMessage.IUpdateDisplayDataMsg['content'], limit);
    case 'error': {
      const { ename, evalue, traceback } = content as KernelMessage.IErrorMsg['content'];
      state.kept.push(errorOutput(ename, evalue, traceback));
      return;
    }
    case 'clear_output':
      state.clearNext = true;
      if (!(content as KernelMessage.IClearOutputMsg['content']).wait) clearIfWaiting(state);
  }
}

/** An error as an output; a traceback's frames are many and its end is what tells, so only the end is kept. */
export function errorOutput(ename: string, evalue: string, traceback: readonly string[]): Output {
  const most = 20_000;
  return {
    output_type: 'error',
    ename,
    evalue: evalue.slice(0, most),
    traceback: traceback.slice(-100).map((line) => line.slice(0, most)),
  };
}

function clearIfWaiting(state: State): void {
  if (!state.clearNext) return;
  Object.assign(state, { kept: [], size: 0, clearNext: false });
  state.shown.clear();
}

function addText(state: State, name: 'stdout' | 'stderr', text: string, limit: number): string {
  const kept = text.slice(0, Math.max(0, limit - state.size));
  state.size += kept.length;
  state.dropped += text.length - kept.length;
  const last = state.kept.at(-1);
  if (last?.output_type === 'stream' && last.name === name) last.text += kept;
  else if (kept !== '') state.kept.push({ output_type: 'stream', name, text: kept });
  return kept;
}

function addShown(
  state: State,
  message: KernelMessage.IDisplayDataMsg | KernelMessage.IExecuteResultMsg,
  limit: number,
): void {
  clearIfWaiting(state);
  const { data, metadata, transient } = message.content;
  if (!makeRoom(state, data, limit)) return;
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
  limit: number,
): void {
  const index = state.shown.get(String(content.transient.display_id));
  const output = index === undefined ? undefined : state.kept[index];
  if (!output || !('data' in output)) return;
  state.size -= sizeOf(output.data);
  if (makeRoom(state, content.data, limit)) Object.assign(output, { data: content.data });
  else state.size += sizeOf(output.data);
}

/** Whether the thing shown is kept: half a picture is none, so it is kept whole or not at all. */
function makeRoom(state: State, data: MimeBundle, limit: number): boolean {
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
