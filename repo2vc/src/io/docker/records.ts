import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { Failure } from '../../failure.ts';

/** Far more than an engine puts into one record. */
const longestRecord = 16 * 1024 * 1024;

/** The records of an answer that comes little by little: JSON values, one a line. Closes the answer when it is left. */
export async function* recordsOf(answer: Readable): AsyncGenerator<unknown, void> {
  // A character may arrive in two chunks.
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestRecord) throw unreadable(rest);
    for (const line of lines) if (line.trim() !== '') yield parsed(line);
  }
  rest += decoder.end();
  if (rest.trim() !== '') yield parsed(rest);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw unreadable(line);
  }
}

function unreadable(line: string): Failure {
  return new Failure('engine-gone', 'The container engine broke off in the middle of an answer.', {
    hint: 'See whether it still runs: docker info. Then run the same command again.',
    retryable: true,
    args: { said: line.slice(0, 200) },
  });
}
