import type { Scrubber } from './scrub.ts';

/** Cuts text that comes in pieces into scrubbed lines. */
export interface LiveLines {
  take(text: string): void;
  /** Tells the last line when it has no end. */
  end(): void;
}

const longestLine = 2_000;
const mostLines = 1_000;

/**
 * Makes the live view of one cell's text: each whole line is told once, scrubbed, shortened, and with its last state
 * when it was overwritten by carriage returns (progress bars). After 1000 lines it is silent: the executed notebook
 * has the rest.
 */
export function liveLines(scrubber: Scrubber, tell: (line: string) => void): LiveLines {
  let told = 0;
  let open = '';
  const tellOne = (line: string) => {
    told += 1;
    if (told > mostLines) return;
    const state = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
    tell(told === mostLines ? '…' : scrubber.text(state).slice(0, longestLine));
  };
  return {
    take: (text) => {
      const lines = (open + text).split('\n');
      open = (lines.pop() ?? '').slice(-(longestLine + scrubber.longest));
      for (const line of lines) tellOne(line);
    },
    end: () => {
      if (open !== '') tellOne(open);
      open = '';
    },
  };
}
