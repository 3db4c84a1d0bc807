import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../context.ts';
import type { JournalEntry } from '../model/index.ts';

/** What is about to be done to a cluster, and how it ended: for people who look into what went wrong. */
export interface Journal {
  /** Returns when the line is written; an intent, when it is on the disk. */
  note(entry: Omit<JournalEntry, 'time' | 'cluster'>): Promise<void>;
}

/** The journal in a run folder. Without a folder (it was lost) nothing is noted: tags are the truth, not this file. */
export function journalIn(folder: string | undefined, cluster: string, clock: Clock): Journal {
  if (folder === undefined) return { note: async () => undefined };
  return {
    note: async (entry) => {
      await mkdir(folder, { recursive: true });
      const file = await open(join(folder, 'journal.ndjson'), 'a');
      try {
        await file.write(`${JSON.stringify({ time: clock.now().toISOString(), cluster, ...entry })}\n`);
        if (entry.phase === 'intent') await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
