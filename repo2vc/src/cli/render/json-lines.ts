import type { Renderer } from './plain.ts';

/** Every event as one JSON object on a line of its own, for machines. */
export function jsonRenderer(write: (text: string) => void): Renderer {
  return {
    show: (record) => write(`${JSON.stringify(record)}\n`),
    print() {},
    close() {},
  };
}
