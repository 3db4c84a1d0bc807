import { Failure } from '../failure.ts';
import type { TemplateStep } from '../model/index.ts';
import type { Output } from './outputs.ts';
import type { CellResult } from './run-cell.ts';
import type { Scrubber } from './scrub.ts';

/** The Failure for a cell that did not end well; `scrubber` and `file` are those of the execution. */
export function cellFailure(
  result: CellResult,
  step: TemplateStep,
  execution: { readonly timeoutMs: number; readonly file: string; readonly scrubber: Scrubber },
): Failure {
  const error = result.outputs.find((output) => output.output_type === 'error');
  const ename = execution.scrubber.text(error?.ename ?? '');
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

/** The end of what an error says, without colours. */
export function lastLines(outputs: readonly Output[]): string {
  const error = outputs.find((output) => output.output_type === 'error');
  if (!error) return '(the kernel said nothing)';
  // ANSI escape sequences (ECMA-48): colours of IPython's tracebacks.
  const text = error.traceback.join('\n').replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-6).join('\n') || `${error.ename}: ${error.evalue}`;
}
