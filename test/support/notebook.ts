/** A cell as tests write it: Markdown when it begins with #, else code. */
export interface CellText {
  readonly source: string;
  readonly tags?: readonly string[];
}

/** The text of a notebook of nbformat 4.5 with these cells, as Jupyter writes it. */
export function notebookText(
  cells: readonly (string | CellText)[],
  repo2vc?: unknown,
  metadata: Readonly<Record<string, unknown>> = {
    kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
    language_info: { name: 'python' },
  },
): string {
  const content = {
    cells: cells.map((cell, index) => {
      const { source, tags } = typeof cell === 'string' ? { source: cell, tags: undefined } : cell;
      const common = { id: `cell-${index}`, metadata: tags ? { tags } : {}, source: source.split(/(?<=\n)/) };
      return source.startsWith('#')
        ? { cell_type: 'markdown', ...common }
        : { cell_type: 'code', execution_count: null, ...common, outputs: [] };
    }),
    metadata: { ...metadata, ...(repo2vc === undefined ? {} : { repo2vc }) },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** A descriptor of a template that is as small as it can be, with changes. */
export function descriptor(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    schemaVersion: 1,
    kind: 'container',
    title: 'A small environment',
    environments: { main: { path: '.' } },
    node: { environment: 'main' },
    ...changes,
  };
}

/** What an experiment notebook carries: the records that it used. */
export function experiment(...used: readonly object[]): object {
  return { schemaVersion: 1, kind: 'experiment', used };
}
