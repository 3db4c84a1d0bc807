/** What the files that `repo2vc init` writes are made of. */
export interface Facts {
  /** The notebook's file name. */
  readonly notebook: string;
  /** Of the experiment. */
  readonly title: string;
  /** Modules that a step tries on the node. */
  readonly modules: readonly string[];
}

/** An environment template, as a notebook ready to edit. */
export function templateNotebook(facts: Facts): string {
  const title = `${facts.title}: the environment`.slice(0, 250);
  const cells = [
    markdown('title', introduction(title, facts)),
    markdown('parameters-words', parametersWords),
    code('parameters', 'memory = 4', ['parameters']),
    markdown('look-words', lookWords),
    code('look', lookCode(facts.modules)),
    markdown('more-words', moreWords),
  ];
  const metadata = {
    kernelspec: { display_name: 'Python 3 (ipykernel)', language: 'python', name: 'python3' },
    language_info: { name: 'python' },
    repo2vc: descriptor(title, facts),
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

function descriptor(title: string, { notebook }: Facts): unknown {
  return {
    schemaVersion: 1,
    kind: 'container',
    title,
    description: `What ${notebook} needs: one node with Python and the packages of requirements.txt.`,
    parameters: {
      memory: {
        type: 'number',
        title: 'Memory of the node',
        unit: 'GiB',
        default: 4,
        minimum: 1,
        maximum: 256,
      },
    },
    environments: { main: { path: '.' } },
    node: { environment: 'main', memoryGiB: { parameter: 'memory' } },
    client: { environment: 'main' },
    checks: [{ name: 'the notebook can be opened', command: ['jupyter', 'lab', '--version'] }],
    expires: { defaultMinutes: 480, mostMinutes: 10_080 },
  };
}

function introduction(title: string, { notebook }: Facts): string {
  return `# ${title}

This template describes the environment that \`${notebook}\` ran in, in words and in steps that can be carried out. It is
published with a DOI of its own; the experiment names that DOI, and whoever reproduces the experiment gets this
environment first.

Edit it until it says what you would tell a colleague:

- \`requirements.txt\` beside this notebook lists the packages; \`runtime.txt\`, where there is one, the Python.
- This notebook's metadata, under \`repo2vc\`, describe the node, the parameters and the checks.
- The code cells below are the steps. They are run one by one, from the top, in a client of their own, before the
  experiment is placed on the node. A step that fails stops the reproduction where the reason is easy to see.`;
}

const parametersWords = `## Parameters

What may be chosen by whoever rebuilds the environment: \`repo2vc reproduce DOI -p memory=8\`. The next cell holds the
values for trying this notebook by hand; when it is carried out by repo2vc, the chosen values take their place. Each
parameter is declared in the metadata, with its type, its bounds and its default.`;

const lookWords = `## Step 1: look at the node

\`repo2vc_cluster\` reaches the nodes: \`nodes["entry"]\` is the one on which the experiment will be. Its \`run\` carries out a
command there, shows what it prints, and fails when the command fails.`;

function lookCode(modules: readonly string[]): string {
  const lines = [
    'from repo2vc_cluster import nodes',
    '',
    'entry = nodes["entry"]',
    'entry.run(["python", "--version"])',
  ];
  if (modules.length > 0) lines.push(`entry.run(["python", "-c", "import ${modules.join(', ')}"])`);
  return lines.join('\n');
}

const moreWords = `## More steps

Add a heading, some words and a code cell for each thing that must be done before the experiment can run: a file to
write (\`entry.write("settings.json", text)\`), a file to bring (\`entry.put("table.csv", "table.csv")\`), a program to
start. Say why as well as what. When nothing more is to be done, remove this section.`;

/** A CITATION.cff in which `<…>` stands for what only a person knows; publish asks for those. */
export function citationText({ title }: Facts): string {
  return `cff-version: 1.2.0
message: If you use this experiment, please cite it as below.
type: software
title: ${JSON.stringify(title)}
abstract: "<what the experiment shows, in some sentences>"
authors:
  - family-names: "<family name>"
    given-names: "<given name>"
    orcid: "<0000-0000-0000-0000>"
    affiliation: "<where you work>"
license: "<an SPDX identifier, such as CC-BY-4.0>"
`;
}

function markdown(id: string, source: string): unknown {
  return { cell_type: 'markdown', id, metadata: {}, source: linesOf(source) };
}

function code(id: string, source: string, tags: readonly string[] = []): unknown {
  const metadata = tags.length > 0 ? { tags } : {};
  return { cell_type: 'code', execution_count: null, id, metadata, outputs: [], source: linesOf(source) };
}

function linesOf(source: string): string[] {
  return source.split(/(?<=\n)/);
}
