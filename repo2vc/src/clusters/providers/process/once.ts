import type { Context } from '../../../context.ts';

/**
 * Looks once at what cannot change while a command runs, such as whether a program works on this computer: the answer is
 * kept for as long as the process environment that it was found with.
 */
export function oncePerEnvironment<T>(
  look: (context: Context) => Promise<T>,
): (context: Context) => Promise<T> {
  const answers = new WeakMap<Context['environment'], Promise<T>>();
  return (context) => {
    const before = answers.get(context.environment);
    if (before !== undefined) return before;
    const answer = look(context);
    answers.set(context.environment, answer);
    answer.catch(() => answers.delete(context.environment));
    return answer;
  };
}
