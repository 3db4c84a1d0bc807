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
  const most = longestLine + scrubber.longest;
  let told = 0;
  let open = '';
  const tellOne = (line: string) => {
    told += 1;
    if (told < mostLines) tell(shown(line, scrubber, most));
    if (told === mostLines) tell('…');
  };
  return {
    take: (text) => {
      const lines = (open + text).split('\n');
      open = lastState(lines.pop() ?? '').slice(0, most);
      for (const line of lines) tellOne(line);
    },
    end: () => {
      if (open !== '') tellOne(open);
      open = '';
    },
  };
}

function lastState(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1);
}

/** A line that was cut may end in a part of a secret, which no scrubber knows: so much of its end goes too. */
function shown(line: string, scrubber: Scrubber, most: number): string {
  const state = lastState(line).replace(/\r$/, '').slice(0, most);
  const clean = scrubber.text(state);
  return clean.slice(
    0,
    state.length < most ? longestLine : Math.min(longestLine, clean.length - scrubber.longest),
  );
}
