import type { Context } from '../context.ts';
import type { Step } from '../events.ts';
import type { Args } from '../failure.ts';
import type { Need, Outcome } from '../model/index.ts';
import { loadValue, type Run, saveValue } from '../runs/folder.ts';

/** Where a step's value lies, how it is read back, and what the step's line tells of it. */
export interface Saved<T> {
  readonly name: string;
  readonly parse: (data: unknown, source: string) => T;
  readonly facts: (value: T) => Args;
  /** Do it again although it was done: cheap steps that depend on answers. */
  readonly again?: boolean;
}

/** Does a step once: its value is saved in the run folder, and read from there when the run is resumed. */
export type Stepper = <T>(step: Step, saved: Saved<T>, work: () => Promise<T>) => Promise<T>;

/** The stepper of one run. It stops between steps when the run was told to stop. */
export function stepperOf(run: Run, context: Context): Stepper {
  return async (step, saved, work) => {
    context.signal.throwIfAborted();
    const before = saved.again ? undefined : await loadValue(run, saved.name, saved.parse);
    if (before !== undefined) {
      context.emit({ code: 'step-reused', args: { step } });
      return before;
    }
    const began = context.clock.now().getTime();
    context.emit({ code: 'step-started', args: { step } });
    const value = await work();
    context.signal.throwIfAborted();
    await saveValue(run, saved.name, value);
    const ms = context.clock.now().getTime() - began;
    context.emit({ code: 'step-finished', args: { step, ms, facts: saved.facts(value) } });
    return value;
  };
}

/** Thrown inside a run that must know something first; the job turns it into `needs.json`. */
export class Waiting extends Error {
  override readonly name = 'Waiting';
  readonly needs: readonly Need[];

  constructor(needs: readonly Need[]) {
    super(`waits for ${needs.map((need) => need.kind).join(', ')}`);
    this.needs = needs;
  }
}

/** The value of an outcome; when there are needs instead, the run waits. */
export function answered<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  throw new Waiting(outcome.needs);
}
