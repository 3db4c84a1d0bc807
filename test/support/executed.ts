import { join } from 'node:path';
import { runInSession } from '../../repo2vc/src/pipeline/session.ts';
import { openRun } from '../../repo2vc/src/runs/folder.ts';
import type { Person } from './cli.ts';
import { testContext } from './context.ts';

/** Runs a notebook from its first cell to its last, in the session of a run; gives what its cells print, cell by cell. */
export async function executeThere(person: Person, id: string, notebook: string): Promise<string[]> {
  const code = `
import json, nbclient, nbformat
notebook = nbformat.read(${JSON.stringify(notebook)}, 4)
nbclient.NotebookClient(notebook, timeout=600).execute()
texts = [[o.text for o in c.outputs if o.output_type == 'stream' and o.name == 'stdout'] for c in notebook.cells if c.cell_type == 'code']
print(json.dumps([''.join(text) for text in texts]))`;
  const places = { state: person.state, cache: '', config: join(person.folder, 'config') };
  const run = await openRun(places, id);
  const said = await runInSession(run, code, testContext({ places, environment: person.environment }));
  // The kernels that it starts may have said something before.
  return JSON.parse(said.trimEnd().split('\n').at(-1) ?? '') as string[];
}

/** What the cells of a notebook printed when its author saved it. */
export function storedTexts(notebook: string): string[] {
  const { cells } = JSON.parse(notebook) as { cells: readonly StoredCell[] };
  return cells
    .filter((cell) => cell.cell_type === 'code')
    .map(({ outputs = [] }) =>
      outputs.flatMap(({ name, text = [] }) => (name === 'stdout' ? text : [])).join(''),
    );
}

interface StoredCell {
  readonly cell_type: string;
  readonly outputs?: readonly { readonly name?: string; readonly text?: readonly string[] | string }[];
}
