import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { command, type Person } from './cli.ts';

/** Keys that have no letter. */
export const keys = { enter: '\r', ctrlC: '\u0003', escape: '\u001b' } as const;

/** What a person waits to see on the screen, and what they type then. */
export type Turn = readonly [seen: string, typed?: string];

/** Runs a command on a terminal 100 columns wide; gives everything that the screen was sent. */
export async function typeAtTerminal(
  person: Person,
  args: readonly string[],
  turns: readonly Turn[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; shown: string }> {
  const script = new URL('terminal.py', import.meta.url).pathname;
  const child = spawn('python3', [script, process.execPath, command, ...args], {
    cwd: person.folder,
    env: { ...person.environment, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const steps = turns.flatMap(([seen, typed]) => [
    `WAIT ${JSON.stringify(seen)}`,
    ...(typed === undefined ? [] : [`SEND ${JSON.stringify(typed)}`]),
  ]);
  child.stdin.end(steps.join('\n'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [shown, problem, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === null || problem !== '') throw new Error(`${problem}\n${shown}`);
  return { code, shown };
}
