import type { Docker } from './client.ts';

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
  const timer = setTimeout(() => events.destroy(), patienceMs);
  let text = '';
  try {
    for await (const chunk of events) text += String(chunk);
  } catch (error) {
    if (!events.destroyed) throw error;
  } finally {
    clearTimeout(timer);
  }
  const lines = text.split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => {
    const { Actor } = JSON.parse(line) as { Actor?: { Attributes?: Record<string, string> } };
    return Actor?.Attributes ?? {};
  });
}
