import pc from 'picocolors';
import type { Step } from '../../events.ts';
import type { Args } from '../../failure.ts';
import type { EventRecord } from '../../model/index.ts';
import type { Screen } from '../host.ts';
import type { Renderer } from './plain.ts';
import { resultOf, sentenceOf, stepTitles } from './sentences.ts';
import { duration, fit, size } from './words.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const detailLines = 4;

/**
 * A task list that updates in place: a line for every finished step, and below it the running step with its elapsed
 * time and the last few things that happened in it. Finished lines scroll away like any output; only the lines of the
 * running step are ever redrawn.
 */
export function terminalRenderer(screen: Screen, now: () => number): Renderer {
  const colour = pc.createColors(screen.colour);
  const live: { step?: Step; began: number; details: string[]; drawn: number } = {
    began: 0,
    details: [],
    drawn: 0,
  };
  const erase = () => {
    if (live.drawn > 0) screen.err(`\r\u001b[${live.drawn}A\u001b[0J`);
    live.drawn = 0;
  };
  const draw = () => {
    erase();
    if (!live.step) return;
    const elapsed = now() - live.began;
    const frame = frames[Math.floor(elapsed / 120) % frames.length];
    const lines = [
      `${colour.cyan(frame ?? '')} ${fit(`${stepTitles[live.step]} (${duration(elapsed)})`, screen.columns - 2)}`,
      ...live.details.map((line) => colour.dim(fit(`    ${line}`, screen.columns))),
    ];
    screen.err(`${lines.join('\n')}\n`);
    live.drawn = lines.length;
  };
  const print = (line: string) => {
    erase();
    screen.err(`${line}\n`);
    draw();
  };
  const timer = setInterval(draw, 120);
  timer.unref();
  return {
    show(record) {
      const step = record.args.step as Step;
      if (record.code === 'step-started') Object.assign(live, { step, began: now(), details: [] });
      else if (record.code === 'step-finished' || record.code === 'step-reused') {
        delete live.step;
        print(finishedLine(record, step, colour));
      } else if (record.code === 'warning') print(colour.yellow(`  ${sentenceOf(record)}`));
      else if (!live.step && sentenceOf(record)) print(`  ${sentenceOf(record)}`);
      else addDetail(live.details, record);
    },
    print: (text) => print(text.replace(/\n$/, '')),
    close() {
      clearInterval(timer);
      delete live.step;
      erase();
    },
  };
}

function finishedLine(record: EventRecord, step: Step, colour: ReturnType<typeof pc.createColors>): string {
  if (record.code === 'step-reused')
    return `${colour.green('✓')} ${stepTitles[step]} ${colour.dim('done before')}`;
  const took = colour.dim(`(${duration(Number(record.args.ms))})`);
  return `${colour.green('✓')} ${stepTitles[step]} ${took}  ${resultOf(step, record.args.facts as Args)}`.trimEnd();
}

/** Keeps the last few lines; progress of one file replaces its own line. */
function addDetail(details: string[], record: EventRecord): void {
  const line = progressLine(record) ?? sentenceOf(record);
  if (line === undefined) return;
  const before = details.at(-1);
  const isSameFile = record.code.endsWith('-progress') && before?.startsWith(`${record.args.file}: `);
  if (isSameFile) details.pop();
  details.push(line);
  if (details.length > detailLines) details.shift();
}

function progressLine(record: EventRecord): string | undefined {
  const { file, received, sent, bytes, line } = record.args as Record<string, string | number>;
  if (record.code === 'download-progress')
    return `${file}: ${size(Number(received))} of ${size(Number(bytes))}`;
  if (record.code === 'upload-progress') return `${file}: ${size(Number(sent))} of ${size(Number(bytes))}`;
  return record.code === 'build-output' ? String(line) : undefined;
}
