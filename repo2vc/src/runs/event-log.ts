import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../context.ts';
import type { Emit, Event } from '../events.ts';
import { type EventRecord, parserOf } from '../model/index.ts';
import type { Run } from './folder.ts';

const parseRecord = parserOf<EventRecord>('event.schema.json');
const logName = 'events.ndjson';

/** The writing end of a run's log; only the owner of the run has one. */
export interface EventLog {
  /** Writes the event, then shows it to the listener: what anybody saw is on disk. */
  readonly emit: Emit;
  close(): void;
}

/** Opens a run's log to write on. A line that a crash left half-written is taken away first. */
export function openLog(run: Run, clock: Clock, listener: (record: EventRecord) => void): EventLog {
  const file = openSync(join(run.folder, logName), 'a+');
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  ftruncateSync(file, Buffer.byteLength(whole));
  let seq = recordsIn(whole).at(-1)?.seq ?? 0;
  let step: string | undefined;
  const emit = (event: Event) => {
    if (event.code === 'step-started' || event.code === 'step-reused') step = event.args.step;
    const record: EventRecord = {
      seq: ++seq,
      time: clock.now().toISOString(),
      ...(step ? { step } : {}),
      ...event,
    };
    writeSync(file, `${JSON.stringify(record)}\n`);
    listener(record);
    if (event.code === 'step-finished') step = undefined;
  };
  const close = () => {
    fsyncSync(file);
    closeSync(file);
  };
  return { emit, close };
}

function recordsIn(text: string): EventRecord[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => parseRecord(JSON.parse(line), `${logName}:${index + 1}`));
}

/** The events of a run from its first, or from after `seq`, as far as they are written now. */
export async function readEvents(run: Run, seq = 0): Promise<EventRecord[]> {
  const tail = await readTail(run, 0);
  return recordsIn(tail.text).filter((record) => record.seq > seq);
}

async function readTail(run: Run, position: number): Promise<{ text: string; position: number }> {
  const file = await open(join(run.folder, logName), 'r').catch(() => undefined);
  if (!file) return { text: '', position };
  try {
    const { size } = await file.stat();
    // A resumed owner may have cut a half-written line; whole lines never move.
    const buffer = Buffer.alloc(Math.max(0, size - position));
    await file.read(buffer, 0, buffer.length, position);
    const end = buffer.lastIndexOf(0x0a) + 1;
    return { text: buffer.subarray(0, end).toString('utf8'), position: position + end };
  } finally {
    await file.close();
  }
}

/**
 * Gives every event as it is written, beginning after `seq`, and ends when `isOver` says so at a moment when nothing
 * more is to read, or when the signal fires.
 */
export async function* followEvents(
  run: Run,
  seq: number,
  isOver: () => Promise<boolean>,
  tools: { clock: Clock; signal: AbortSignal },
): AsyncGenerator<EventRecord> {
  let position = 0;
  for (;;) {
    const over = await isOver();
    const tail = await readTail(run, position);
    position = tail.position;
    for (const record of recordsIn(tail.text)) if (record.seq > seq) yield record;
    if (over || tools.signal.aborted) return;
    await tools.clock.sleep(100, tools.signal).catch(() => undefined);
  }
}
