import { StringDecoder } from 'node:string_decoder';

/** Characters that a line may have before it is passed on in pieces. */
const mostAtOnce = 10_000;

/**
 * Cuts the bytes of a program into lines as they come. `onLine` hears each without its end; a line of more than 10,000
 * characters comes in pieces, and `more` says that another piece of the same line follows.
 */
export function lineReader(onLine: (line: string, more: boolean) => void) {
  // A character may arrive in two chunks.
  const decoder = new StringDecoder('utf8');
  let rest = '';
  /** Passes on what is too long, and gives what is left of it. */
  const shorten = (line: string): string => {
    let left = line;
    while (left.length > mostAtOnce) {
      const piece = left.slice(0, endOfPiece(left));
      onLine(piece, true);
      left = left.slice(piece.length);
    }
    return left;
  };
  return {
    take: (chunk: Buffer): void => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(shorten(line), false);
      rest = shorten(rest);
    },
    end: (): void => {
      rest = shorten(rest + decoder.end());
      if (rest !== '') onLine(rest, false);
    },
  };
}

/** Not between the two halves of a character. */
function endOfPiece(line: string): number {
  return /[\uD800-\uDBFF]/.test(line.charAt(mostAtOnce - 1)) ? mostAtOnce - 1 : mostAtOnce;
}
