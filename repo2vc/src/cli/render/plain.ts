import type { Step } from '../../events.ts';
import type { Args } from '../../failure.ts';
import type { EventRecord } from '../../model/index.ts';
import { resultOf, sentenceOf, stepTitles } from './sentences.ts';
import { duration } from './words.ts';

/** Shows events as they come. */
export interface Renderer {
  show(record: EventRecord): void;
  /** Puts whole lines between the events. */
  print(text: string): void;
  /** Leaves the screen ready for other text. */
  close(): void;
}

/** One line per step, for logs and for output that is not a terminal. */
export function plainRenderer(write: (text: string) => void): Renderer {
  return {
    show(record) {
      const line = plainLine(record);
      if (line !== undefined) write(`${line}\n`);
    },
    print: write,
    close() {},
  };
}

function plainLine(record: EventRecord): string | undefined {
  const step = record.args.step as Step;
  if (record.code === 'step-finished') {
    const result = resultOf(step, record.args.facts as Args);
    return `✓ ${stepTitles[step]} (${duration(Number(record.args.ms))})${result === '' ? '' : `: ${result}`}`;
  }
  if (record.code === 'step-reused') return `✓ ${stepTitles[step]}: done before`;
  const sentence = sentenceOf(record);
  return sentence === undefined ? undefined : `  ${sentence}`;
}
