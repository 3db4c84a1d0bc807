import { type Args, Failure } from '../../failure.ts';
import { mend } from '../problems.ts';
import { readable } from './build-log.ts';

/** A step of a build that did not succeed. */
export interface FailedStep {
  readonly name: string;
  readonly step: string;
  /** The engine's words. */
  readonly message: string;
  readonly code?: number;
  /** What the step printed last. */
  readonly lines: readonly string[];
  readonly memoryMiB: number;
  /** Whether the engine says that memory was used up. */
  readonly outOfMemory: boolean;
}

/** The Failure for a build that did not succeed; what a person can mend is told as such. Pure. */
export function buildFailure(failed: FailedStep): Failure {
  const { name, lines, code } = failed;
  const message = readable(failed.message);
  const said = `${message}\n${lines.join('\n')}`;
  const step = readable(failed.step).slice(0, 500);
  const args = { name, step, lines: [...lines], ...(code === undefined ? {} : { code }) };
  if (/dockerfile parse error|unknown instruction|unknown flag|requires BuildKit/i.test(message)) {
    return new Failure(
      'invalid-dockerfile',
      `The container engine cannot read the Dockerfile of ${name}: ${message}`,
      {
        hint: 'Correct the line; or, if it is right, use a newer engine.',
        args,
      },
    );
  }
  return (
    exhausted(failed, said, args) ??
    mend(said, `the environment ${name}`) ??
    failedStep(name, step, message, args)
  );
}

/**
 * The Failure for a step that used up the disk or the memory of the engine; `said` is all that is known of its words,
 * `args` are those of the Failure. To be asked before `mend`, which knows this computer's disk alone. Pure.
 */
export function exhausted(failed: FailedStep, said: string, args: Args): Failure | undefined {
  if (/no space left on device|disk quota exceeded/i.test(said)) return diskFull(failed.name, args);
  return failed.outOfMemory || failed.code === 137 ? killed(failed, args) : undefined;
}

function failedStep(name: string, step: string, message: string, args: Args): Failure {
  const where = step === '' ? '' : ` at: ${step}`;
  const noBridge = /network bridge not found/.test(message);
  return new Failure(
    'build-failed',
    `The environment ${name} could not be built. It failed${where}. ${message}`,
    {
      hint: noBridge
        ? 'This Dockerfile needs BuildKit, whose steps run on the default network of the engine, and that has none.'
        : 'The last lines of that step, in the events of the run, say more.',
      args,
    },
  );
}

function killed({ name, step, memoryMiB, outOfMemory }: FailedStep, args: Args): Failure {
  const cause = outOfMemory ? 'it needed more' : 'as it is when it needs more';
  return new Failure(
    'build-out-of-memory',
    `The environment ${name} could not be built: a program was killed, ${cause} than ${memoryMiB} MiB of memory, at: ${readable(step).slice(0, 500)}.`,
    {
      hint: 'Allow more in settings.yaml: containers: { buildMemoryMiB: NUMBER }.',
      args: { ...args, memoryMiB },
    },
  );
}

function diskFull(name: string, args: Args): Failure {
  return new Failure(
    'disk-full',
    `The disk of the container engine is full: the environment ${name} could not be built.`,
    {
      hint: 'See what the engine keeps with: docker system df. Free some of it, then run the same command again.',
      args,
    },
  );
}
