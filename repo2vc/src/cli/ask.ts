import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Failure, interrupted } from '../failure.ts';

/** Asks one question at the terminal. Ctrl-C and a closed terminal are the Failure `interrupted`. */
export type Ask = (question: string, options?: { readonly hidden?: boolean }) => Promise<string>;

/** Asks on the process's own terminal; hidden answers are not shown while they are typed. */
export function terminalAsk(process: NodeJS.Process): Ask {
  return async (question, options = {}) => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const output = options.hidden ? silent : process.stderr;
    if (options.hidden) process.stderr.write(question);
    const lines = createInterface({ input: process.stdin, output, terminal: true });
    const closed = new Promise<never>((_resolve, reject) => {
      lines.once('SIGINT', () => reject(interrupted()));
      lines.once('close', () => reject(interrupted()));
    });
    try {
      return (await Promise.race([lines.question(options.hidden ? '' : question), closed])).trim();
    } finally {
      closed.catch(() => undefined);
      lines.close();
      if (options.hidden) process.stderr.write('\n');
    }
  };
}

/** What a person is told who does not say yes. */
interface Declined {
  readonly message: string;
  readonly hint: string;
}

const nothingDone: Declined = {
  message: 'Nothing was done.',
  hint: 'Type the same command again to be asked again.',
};

/** Asks for a yes; anything else is the Failure `declined`, told in the words given. */
export async function askYes(question: string, ask: Ask, declined = nothingDone): Promise<void> {
  if (/^(y|yes)$/i.test(await ask(`${question} [y/N] `))) return;
  throw new Failure('declined', declined.message, { hint: declined.hint });
}
