import protobuf from 'protobufjs/minimal.js';
import { textAt } from '../../model/loose.ts';
import type { BuildRecord } from './build-records.ts';

/** What is told of one instruction. */
interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly started: boolean;
  readonly error: string;
}

/**
 * BuildKit tells its progress as StatusResponse messages of
 * https://github.com/moby/buildkit/blob/master/api/services/control/control.proto, of which vertexes (1) and logs (3)
 * are read.
 */
export function buildkitReader(): (record: unknown) => BuildRecord[] {
  const names = new Map<string, string>();
  let failed = '';
  return (record) => {
    const id = textAt(record, 'id');
    if (id === 'moby.image.id') return [{ kind: 'image', id: textAt(record, 'aux', 'ID') ?? '' }];
    const message = textAt(record, 'errorDetail', 'message') ?? textAt(record, 'error');
    if (message !== undefined) {
      const code = /exit code: (\d+)/.exec(message)?.[1];
      return [
        { kind: 'error', step: failed, message, ...(code !== undefined ? { code: Number(code) } : {}) },
      ];
    }
    if (id !== 'moby.buildkit.trace') return [];
    const { vertexes, logs } = statusIn(Buffer.from(textAt(record, 'aux') ?? '', 'base64'));
    const steps: BuildRecord[] = [];
    for (const { digest, name, started, error } of vertexes) {
      if (error !== '') failed = name;
      if (!started || names.has(digest) || name.startsWith('[internal]')) continue;
      names.set(digest, name);
      steps.push({ kind: 'step', step: name });
    }
    const output = logs.map(
      ({ vertex, text }) => ({ kind: 'output', step: names.get(vertex) ?? '', text }) as const,
    );
    return [...steps, ...output];
  };
}

function statusIn(bytes: Uint8Array) {
  const vertexes: Vertex[] = [];
  const logs: { vertex: string; text: string }[] = [];
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) vertexes.push(vertexIn(value));
    if (field === 3) logs.push(logIn(value));
  }
  return { vertexes, logs };
}

function vertexIn(bytes: Uint8Array): Vertex {
  const fields = new Map(fieldsOf(bytes));
  const text = (field: number) => utf8(fields.get(field));
  return { digest: text(1), name: text(3), started: fields.has(5), error: text(7) };
}

function logIn(bytes: Uint8Array) {
  const fields = new Map(fieldsOf(bytes));
  return { vertex: utf8(fields.get(1)), text: utf8(fields.get(4)) };
}

function utf8(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}

/** The fields of a message that are texts, bytes or messages, by their number. */
function fieldsOf(bytes: Uint8Array): [number, Uint8Array][] {
  const reader = protobuf.Reader.create(bytes);
  const found: [number, Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 2) found.push([tag >>> 3, reader.bytes()]);
    else reader.skipType(tag & 7);
  }
  return found;
}
