import { stripVTControlCharacters } from 'node:util';
import type { Emit } from '../../events.ts';
import { Failure } from '../../failure.ts';
import type { BuildRecord } from '../../io/docker/build.ts';
import { lineReader } from '../../io/lines.ts';

/** What a failure shows of the step that failed. */
const shownLines = 40;
/** What a person can still read; more of it is not told. */
const mostLines = 20_000;
/** More than any build prints that comes to an end. */
const mostCharacters = 32 * 1024 * 1024;

/** What a build prints, made fit to be kept. */
export interface BuildLog {
  /** Failure `build-output-endless` when there is no end to it. */
  take(record: BuildRecord): void;
  /** The last lines that a step printed. */
  lastOf(step: string): readonly string[];
}

/** Passes on what the build of the environment `name` prints, line by line, and remembers the end of every step. */
export function buildLog(name: string, emit: Emit): BuildLog {
  const steps = new Map<string, { reader: ReturnType<typeof lineReader>; last: string[] }>();
  let characters = 0;
  let lines = 0;
  const tell = (line: string) => {
    lines += 1;
    if (lines <= mostLines) emit({ code: 'build-output', args: { name, line } });
    if (lines === mostLines + 1)
      emit({ code: 'warning', args: { warning: 'build-output-cut', message: cut } });
  };
  const stepCalled = (step: string) => {
    const known = steps.get(step);
    if (known) return known;
    const last: string[] = [];
    const reader = lineReader((raw) => {
      const line = readable(raw);
      last.push(line);
      if (last.length > shownLines) last.shift();
      tell(line);
    });
    steps.set(step, { reader, last });
    return { reader, last };
  };
  return {
    take: (record) => {
      if (record.kind === 'step') tell(readable(record.step));
      if (record.kind !== 'output') return;
      characters += record.text.length;
      if (characters > mostCharacters) throw endless(name, record.step);
      stepCalled(record.step).reader.take(Buffer.from(record.text));
    },
    lastOf: (step) => {
      steps.get(step)?.reader.end();
      return steps.get(step)?.last ?? [];
    },
  };
}

const cut = `The build prints very much: what comes after ${mostLines} lines is not shown.`;

/** A line without what moves the cursor, draws over itself, or logs somebody in. */
export function readable(line: string): string {
  const plain = stripVTControlCharacters(line)
    .split('\r')
    .findLast((part) => part.trim() !== '');
  return redacted((plain ?? '').replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').trimEnd());
}

/** Logins in addresses, and what is called a secret. */
function redacted(text: string): string {
  return text
    .replaceAll(/(:\/\/)[^/\s@]+@/g, '$1***@')
    .replaceAll(
      /\b(authorization\s*[:=]\s*)(?:(bearer|basic|token)\s+)?[^\s"']+/gi,
      (_, field: string, kind = '') => `${field}${kind === '' ? '' : `${kind} `}***`,
    )
    .replaceAll(/\b([\w-]*(?:token|password|passwd|secret|api[_-]?key)=)[^\s&"']+/gi, '$1***');
}

function endless(name: string, step: string): Failure {
  const mebibytes = mostCharacters / 1024 / 1024;
  return new Failure(
    'build-output-endless',
    `The build of the environment ${name} was ended: it printed more than ${mebibytes} MiB.`,
    {
      hint: 'A program in the Dockerfile may not come to an end.',
      args: { name, step: readable(step).slice(0, 500) },
    },
  );
}
