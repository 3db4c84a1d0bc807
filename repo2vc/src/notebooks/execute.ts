import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { writeFileAtomic } from '../io/files.ts';
import type { TemplateStep } from '../model/index.ts';
import type { CellResult, Kernel } from './kernel.ts';
import { liveLines } from './live-lines.ts';
import type { Output } from './outputs.ts';
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
  await setUp(kernel);
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
    if (result.ended !== 'ok') throw failureOf(result, step, execution);
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

/**
 * IPython remembers how a `!command` ended and goes on; templates are written for shells that stop. The hook is the
 * one of NII's Literate Computing images (10-custom-get_ipython_system.py). And a Python kernel sends what a cell
 * prints in 0.2 s as one message, however large: smaller ones let us keep the beginning and never hold the rest.
 */
const pythonSetup = `
def _repo2vc_setup(shell, size=500_000):
    import sys

    run = shell.system
    def system(command):
        run(command)
        code = shell.user_ns.get('_exit_code', 0)
        if code:
            raise RuntimeError(f'The command ended with exit code {code}: {command}')
    shell.system = system

    def in_parts(stream):
        write, waiting = stream.write, 0
        def write_parts(text):
            nonlocal waiting
            for start in range(0, len(text), size):
                part = text[start:start + size]
                write(part)
                waiting += len(part)
                if waiting >= size:
                    waiting = 0
                    stream.flush()
            return len(text)
        write_parts.repo2vc = True
        return write_parts

    # For every cell, because IPython 9 replaces write while a cell runs and puts its own back.
    def before_cell(*_):
        for stream in (sys.stdout, sys.stderr):
            if not hasattr(stream.write, 'repo2vc'):
                stream.write = in_parts(stream)
    shell.events.register('pre_run_cell', before_cell)

_repo2vc_setup(get_ipython())
del _repo2vc_setup
`;

async function setUp(kernel: Kernel): Promise<void> {
  const code = kernel.language === 'python' ? pythonSetup : '';
  const options = { timeoutMs: 120_000, maxOutput: 10_000, margin: 0 };
  const { ended, outputs } = await kernel.execute(code, options);
  if (ended === 'ok') return;
  throw new Failure('kernel-not-started', `The kernel ${kernel.name} does not run code (${ended}).`, {
    hint: 'The environment must contain a working kernel: look at its requirements.',
    args: { ended, said: lastLines(outputs) },
  });
}

function failureOf(result: CellResult, step: TemplateStep, execution: Execution): Failure {
  const error = result.outputs.find((output) => output.output_type === 'error');
  const ename = error?.ename ?? '';
  const cell = `Cell ${step.cell + 1}${step.title ? ` (${step.title})` : ''}`;
  const args = { cell: step.cell, title: step.title, ename, notebook: execution.file };
  const hint = `The notebook with its outputs lies in ${execution.file}.`;
  const seconds = Math.round(execution.timeoutMs / 1000);
  switch (result.ended) {
    case 'timeout':
      return new Failure('cell-timeout', `${cell} did not end within ${seconds} s and was stopped.`, {
        hint,
        args,
      });
    case 'died':
      return new Failure(
        'kernel-died',
        `The kernel died while it ran ${cell}: often the memory was too small.`,
        {
          hint,
          args,
        },
      );
    case 'lost':
      return new Failure('node-lost', `The client node stopped answering while ${cell} ran.`, {
        hint: `Run the same command again: it begins on new nodes. ${hint}`,
        retryable: true,
        args,
      });
    default: {
      const said = execution.scrubber.text(lastLines(result.outputs));
      return new Failure('cell-failed', `${cell} failed:\n${said}`, { hint, args });
    }
  }
}

function lastLines(outputs: readonly Output[]): string {
  const error = outputs.find((output) => output.output_type === 'error');
  if (!error) return '(the kernel said nothing)';
  // ANSI escape sequences (ECMA-48): colours of IPython's tracebacks.
  const text = error.traceback.join('\n').replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-6).join('\n') || `${error.ename}: ${error.evalue}`;
}
