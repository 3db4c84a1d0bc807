import { at, textAt } from '../../model/loose.ts';

/** What a build tells. Output comes in pieces of any length; `step` is the instruction that it belongs to. */
export type BuildRecord =
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'output'; readonly step: string; readonly text: string }
  /** The container in which a step runs. */
  | { readonly kind: 'container'; readonly id: string }
  | { readonly kind: 'image'; readonly id: string }
  /** The end of a build that failed; `code` is the step's exit code, if it has one. */
  | { readonly kind: 'error'; readonly step: string; readonly message: string; readonly code?: number };

/** The classic builder tells all as text: steps, what they print, and its own remarks between. */
export function classicReader(): (record: unknown) => BuildRecord[] {
  let step = '';
  return (record) => {
    const id = textAt(record, 'aux', 'ID');
    if (id) return [{ kind: 'image', id }];
    const message = textAt(record, 'errorDetail', 'message') ?? textAt(record, 'error');
    if (message !== undefined) {
      const code = at(record, 'errorDetail', 'code');
      return [{ kind: 'error', step, message, ...(typeof code === 'number' ? { code } : {}) }];
    }
    const text = textAt(record, 'stream') ?? '';
    const begun = /^Step \d+\/\d+ : (.*?)\n?$/s.exec(text)?.[1];
    if (begun !== undefined) {
      step = begun;
      return [{ kind: 'step', step }];
    }
    const container = /^ ---> Running in ([0-9a-f]+)\n?$/.exec(text)?.[1];
    if (container !== undefined) return [{ kind: 'container', id: container }];
    const remark =
      /^(?:\n| ---> \S.*\n?|Removing intermediate container .*\n?|Successfully .*\n?|\[Warning\] One or more build-args .*\n?)$/.test(
        text,
      );
    return text === '' || remark ? [] : [{ kind: 'output', step, text }];
  };
}
