import type { EventRecord } from '../../model/index.ts';
import type { Renderer } from './plain.ts';

/**
 * Shows a person what they have not seen yet: a run that goes on after an answer tells again what it did before.
 * `told` is kept for as long as the command asks.
 */
export function onlyNews(renderer: Renderer, told: Set<string>): Renderer {
  return {
    show(record) {
      if (isNews(record, told)) renderer.show(record);
    },
    print(text) {
      if (!told.has(text)) renderer.print(text);
      told.add(text);
    },
    close: renderer.close,
  };
}

function isNews({ code, args }: EventRecord, told: Set<string>): boolean {
  const what = code === 'run-started' || code === 'run-resumed' ? 'run' : `step ${args.step}`;
  const isTold = told.has(what);
  if (['run-started', 'run-resumed', 'step-finished', 'step-reused'].includes(code)) told.add(what);
  else if (code !== 'step-started') return true;
  return !isTold;
}
