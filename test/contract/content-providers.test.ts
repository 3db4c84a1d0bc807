import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentProviders } from '../../repo2vc/src/content-providers/registry.ts';
import { listFiles } from '../../repo2vc/src/io/files.ts';
import { parserOf, type Reference, type Snapshot } from '../../repo2vc/src/model/index.ts';
import { temporaryFolder } from '../support/context.ts';
import { failureOf } from '../support/failures.ts';
import { fetchTools } from '../support/fetching.ts';
import { recordedArchive } from '../support/recorded-archive.ts';

const content = { 'experiment.ipynb': '{}', 'data.csv': 'a,b\n1,2\n', 'empty.txt': '' };
/** What `sha256sum -- * | sha256sum` says of them, with LC_ALL=C. */
const contentId = 'c8a9ab6b832434827c91712605447b7142b596aae07fa98ba240125cdda635b0';

/** For every entry of the registry: texts that are its own, and a place that holds `content`, or that is not there. */
interface Example {
  readonly texts: readonly string[];
  readonly published: () => Promise<Reference>;
  readonly missing: () => Promise<Reference>;
}

function folder(): string {
  const path = mkdtempSync(join(temporaryFolder(), 'experiment-'));
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const examples: Readonly<Record<Reference['kind'], Example>> = {
  'invenio-rdm': {
    texts: [
      'https://zenodo.org/records/1',
      'https://lab.example/records/ha4g3-7x208',
      'https://zenodo.org/doi/10.5281/zenodo.1',
    ],
    published: async () => recordAt((await recordedArchive({ files: content })).origin, '12345'),
    missing: async () => recordAt((await recordedArchive()).origin, '777'),
  },
  git: {
    texts: [
      'https://github.com/a/b',
      'git@host.example:a/b.git',
      'ssh://host.example/a',
      'file:///srv/a',
      'https://x.example/a.git@v1',
    ],
    published: async () => {
      const path = folder();
      const git = (...argv: string[]) =>
        execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...argv], { cwd: path });
      git('init', '--quiet');
      git('add', '.');
      git('commit', '--quiet', '-m', 'one');
      return { schemaVersion: 1, kind: 'git', text: path, url: `file://${path}` };
    },
    missing: async () => ({ schemaVersion: 1, kind: 'git', text: 'x', url: 'file:///nowhere/at/all' }),
  },
  local: {
    texts: ['.', './a', '../a', '/srv/a', '~/a', 'a', 'a/b', 'a.ipynb'],
    published: async () => ({ schemaVersion: 1, kind: 'local', text: 'x', path: folder() }),
    missing: async () => ({ schemaVersion: 1, kind: 'local', text: 'x', path: '/nowhere/at/all' }),
  },
};

function recordAt(origin: string, recordId: string): Reference {
  return { schemaVersion: 1, kind: 'invenio-rdm', text: `${origin}/records/${recordId}`, origin, recordId };
}

const context = {
  archives: [{ name: 'zenodo', origin: 'https://zenodo.org' }],
  workingDirectory: '/work',
  home: '/home/ada',
};
const parseReference = parserOf<Reference>('reference.schema.json');
const parseSnapshot = parserOf<Snapshot>('snapshot.schema.json');

it('every provider has an example', () => {
  expect(contentProviders.map(({ id }) => id)).toEqual(Object.keys(examples));
});

describe.each(contentProviders.map((provider) => [provider.id, provider] as const))('%s', (id, provider) => {
  const example = examples[id];

  it('claims its own, as a reference that can be saved', () => {
    for (const text of example.texts) {
      const reference = provider.claims(text, context);
      expect(parseReference(reference, text)).toMatchObject({ kind: id, text });
    }
  });

  it('claims nothing foreign, no DOI and no nonsense', () => {
    const foreign = Object.entries(examples).flatMap(([other, { texts }]) => (other === id ? [] : texts));
    const nonsense = [
      '',
      '10.5281/zenodo.1',
      'doi:10.5281/zenodo.1',
      '--flag',
      'ext::sh -c x',
      'javascript:x',
      'a\0b',
    ];
    for (const text of [...foreign, ...nonsense, 'https://doi.org/10.5281/zenodo.1']) {
      expect([text, provider.claims(text, context)]).toEqual([text, undefined]);
    }
  });

  it('gives the same content the same id, in a snapshot that is true', async () => {
    const reference = await example.published();
    const ids = [];
    for (const name of ['first', 'second']) {
      const tools = fetchTools();
      const snapshot = parseSnapshot(await provider.fetch(reference, name, tools), 'the snapshot');
      expect(snapshot).toMatchObject({ reference, folder: name });
      expect(await listFiles(join(tools.runFolder, name))).toEqual(snapshot.files);
      expect(readdirSync(tools.runFolder)).toEqual([name]);
      ids.push(snapshot.contentId);
    }
    expect(ids).toEqual([contentId, contentId]);
  });

  it('can be asked again for the same folder', async () => {
    const reference = await example.published();
    const tools = fetchTools();
    const once = await provider.fetch(reference, 'snapshot', tools);
    expect(await provider.fetch(reference, 'snapshot', tools)).toEqual(once);
  });

  it('fails with a Failure and a way out where there is nothing, and leaves nothing', async () => {
    const tools = fetchTools();
    const reference = await example.missing();
    const failure = await failureOf(() => provider.fetch(reference, 'snapshot', tools));
    expect(failure.hint).toBeTruthy();
    expect(readdirSync(tools.runFolder)).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const tools = { ...fetchTools(), signal: AbortSignal.abort() };
    const reference = await example.published();
    expect((await failureOf(() => provider.fetch(reference, 'snapshot', tools))).code).toBe('interrupted');
  });
});
