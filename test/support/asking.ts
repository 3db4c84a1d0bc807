import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examples, type Person } from './cli.ts';
import { descriptor, experiment, notebookText } from './notebook.ts';
import { citation, writeFiles } from './publishing.ts';

/** An experiment whose template asks for a size, a colour and a key. */
export function writeAsking(folder: string): void {
  const step = [
    'from repo2vc_cluster import nodes',
    'key = open(key_file).read()',
    'print("the key is", key)',
    'nodes["entry"].run(["mkdir", "-p", "experiment"])',
    'nodes["entry"].write("experiment/given.txt", f"{size} {colour} {len(key)}")',
  ].join('\n');
  const template = descriptor({
    title: 'An environment that asks',
    licence: 'MIT',
    creators: [{ familyName: 'Carberry' }],
    client: { environment: 'main' },
    parameters: {
      size: { type: 'integer', minimum: 1, maximum: 8 },
      colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
      key: { type: 'string', minLength: 8, writeOnly: true },
    },
  });
  writeFiles(folder, {
    'asking.ipynb': notebookText(
      ['# Asking', 'print(1)'],
      experiment({ role: 'environment', path: 'environment' }),
    ),
    'CITATION.cff': citation,
    'environment/environment.ipynb': notebookText(
      ['# Environment', { source: 'size = 1', tags: ['parameters'] }, step],
      template,
    ),
  });
  cpSync(
    join(examples, 'in-repository', 'environment', 'requirements.txt'),
    join(folder, 'environment', 'requirements.txt'),
  );
}

/** The token by which a person's own archive knows them. */
export function tokenOf(person: Person): string {
  const text = readFileSync(join(person.folder, 'config', 'repo2vc', 'credentials.yaml'), 'utf8');
  return /: (\S+)\n/.exec(text)?.[1] ?? '';
}

/** Publishes a record whose files only its owner may read, as its owner would through the archive's interface. */
export async function publishRestricted(origin: string, token: string): Promise<string> {
  const ask = async (method: string, path: string, body?: unknown) => {
    const raw = typeof body === 'string';
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.inveniordm.v1+json',
      'content-type': raw ? 'application/octet-stream' : 'application/json',
    };
    const content = body === undefined ? {} : { body: raw ? body : JSON.stringify(body) };
    const answer = await fetch(`${origin}/api/records${path}`, { method, headers, ...content });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string; pids: { doi: { identifier: string } } };
  };
  const files = {
    'closed.ipynb': notebookText(['# Closed', 'print(1)']),
    'requirements.txt': 'jupyterlab\n',
  };
  const { id } = await ask('POST', '', {
    access: { record: 'public', files: 'restricted' },
    files: { enabled: true },
    metadata: {
      title: 'Closed',
      publication_date: '2026-01-01',
      resource_type: { id: 'software' },
      publisher: 'Here',
      creators: [{ person_or_org: { type: 'personal', family_name: 'Carberry' } }],
    },
  });
  for (const [key, text] of Object.entries(files)) {
    await ask('POST', `/${id}/draft/files`, [{ key }]);
    await ask('PUT', `/${id}/draft/files/${key}/content`, text);
    await ask('POST', `/${id}/draft/files/${key}/commit`);
  }
  return (await ask('POST', `/${id}/draft/actions/publish`)).pids.doi.identifier;
}
