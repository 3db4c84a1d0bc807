import type { Context } from '../context.ts';
import { writeFileAtomic } from '../io/files.ts';
import type { TemplateStep } from '../model/index.ts';
import { cellFailure } from './cell-failure.ts';
import type { Kernel } from './kernel.ts';
import { liveLines } from './live-lines.ts';
import type { Output } from './outputs.ts';
import type { CellResult } from './run-cell.ts';
import type { Scrubber } from './scrub.ts';

/** A notebook whose code cells are to be run. */
export interface Execution {
  /** The notebook's file, as it was published: nbformat 4, read before by `readNotebook`. */
  readonly text: string;
  readonly steps: readonly TemplateStep[];
  /** Stands in for the source of the step that is marked `parameters`. */
  readonly parameterCell: string;
  readonly timeoutMs: number;
  /** Absolute path of the executed notebook: written before the first cell and after each. */
  readonly file: string;
  readonly scrubber: Scrubber;
}

/** Which cell took how long. */
export interface ExecutedCell {
  readonly cell: number;
  readonly ms: number;
}

/** Characters kept of one cell's output. */
const maxOutput = 1_000_000;

/** The parts of nbformat 4 that execution changes; the rest is kept as it is. */
interface RawCell {
  cell_type: string;
  source: unknown;
  metadata: Record<string, unknown>;
  outputs?: Output[];
  execution_count?: number | null;
}

/**
 * Runs the steps of a notebook one by one and stops at the first that fails: `cell-failed`, `cell-timeout`,
 * `kernel-died` or `node-lost`, each of which says which cell, and where the executed notebook lies.
 */
export async function executeNotebook(
  kernel: Kernel,
  execution: Execution,
  context: Pick<Context, 'clock' | 'emit'>,
): Promise<ExecutedCell[]> {
  const { steps, scrubber } = execution;
  const notebook = freshNotebook(execution);
  const save = () => writeFileAtomic(execution.file, `${JSON.stringify(notebook, null, 1)}\n`, 0o600);
  await save();
  const done: ExecutedCell[] = [];
  for (const [position, step] of steps.entries()) {
    const place = { index: position + 1, of: steps.length };
    const cell = cellOf(notebook.cells, step);
    const source = step.parameters ? execution.parameterCell : textOf(cell.source);
    context.emit({ code: 'cell-started', args: { ...place, title: step.title } });
    const began = context.clock.now();
    const lines = liveLines(scrubber, (line) =>
      context.emit({ code: 'cell-output', args: { index: place.index, line } }),
    );
    const result = await kernel.execute(source, {
      timeoutMs: execution.timeoutMs,
      maxOutput,
      margin: scrubber.longest,
      onText: lines.take,
    });
    lines.end();
    const ended = context.clock.now();
    record(cell, result, scrubber, [began, ended]);
    await save();
    if (result.ended !== 'ok') throw cellFailure(result, step, execution);
    const ms = ended.getTime() - began.getTime();
    context.emit({ code: 'cell-finished', args: { ...place, ms } });
    done.push({ cell: step.cell, ms });
  }
  return done;
}

/** The notebook with no output of earlier runs, and with the parameters in their cell. */
function freshNotebook(execution: Execution): { cells: RawCell[] } {
  const notebook = JSON.parse(execution.text.replace(/^\uFEFF/, '')) as { cells: RawCell[] };
  for (const cell of notebook.cells) {
    if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });
  }
  for (const step of execution.steps.filter((one) => one.parameters)) {
    cellOf(notebook.cells, step).source = execution.parameterCell;
  }
  return notebook;
}

function cellOf(cells: readonly RawCell[], step: TemplateStep): RawCell {
  const cell = cells[step.cell];
  if (cell?.cell_type !== 'code') throw new Error(`cell ${step.cell} of the notebook is not code`);
  return cell;
}

function textOf(source: unknown): string {
  return Array.isArray(source) ? source.join('') : String(source);
}

function record(cell: RawCell, result: CellResult, scrubber: Scrubber, times: readonly [Date, Date]): void {
  cell.outputs = result.outputs.map((output) => scrubOutput(output, scrubber));
  cell.execution_count = result.executionCount;
  // The keys with which JupyterLab records the timing of a cell.
  cell.metadata.execution = {
    'iopub.execute_input': times[0].toISOString(),
    'shell.execute_reply': times[1].toISOString(),
  };
}

function scrubOutput(output: Output, scrubber: Scrubber): Output {
  switch (output.output_type) {
    case 'stream':
      return { ...output, text: scrubber.text(output.text) };
    case 'error':
      return {
        output_type: 'error',
        ename: scrubber.text(output.ename),
        evalue: scrubber.text(output.evalue),
        traceback: scrubber.value(output.traceback),
      };
    default:
      return {
        ...output,
        data: scrubber.value(output.data),
        metadata: scrubber.value(output.metadata),
      };
  }
}
