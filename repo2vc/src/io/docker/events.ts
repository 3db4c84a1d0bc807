import { at } from '../../model/loose.ts';
import type { Docker } from './client.ts';
import { recordsOf } from './records.ts';

/** How long the engine may take to tell what it remembers: it would wait for events of its future, by its clock. */
const patienceMs = 2_000;

/**
 * The labels of the containers in which, as far as the engine remembers (its last 256 events), the kernel ended a program
 * for want of memory. The engine does not call such a container killed, for its first program lives on.
 */
export async function containersOutOfMemory(
  docker: Docker,
  { filters }: { readonly filters: Readonly<Record<string, readonly string[]>> },
  now: Date,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>[]> {
  const query = {
    since: 0,
    until: now.getTime() / 1000,
    filters: { ...filters, type: ['container'], event: ['oom'] },
  };
  const events = await docker.stream({ method: 'GET', path: '/events', query, signal });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    events.destroy();
  }, patienceMs);
  const found: Readonly<Record<string, string>>[] = [];
  try {
    for await (const record of recordsOf(events)) {
      found.push((at(record, 'Actor', 'Attributes') ?? {}) as Record<string, string>);
    }
  } catch (error) {
    if (!late) throw error;
  } finally {
    clearTimeout(timer);
  }
  return found;
}
