import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveArchive, stranger } from '../support/cli.ts';
import { smallFiles, writeFiles } from '../support/publishing.ts';
import { onlyRun } from '../support/run-client.ts';

interface ArchiveRecord {
  readonly id: string;
  readonly is_published: boolean;
  readonly metadata: {
    readonly related_identifiers?: readonly { identifier: string; relation_type: { id: string } }[];
  };
  readonly pids: { readonly doi: { readonly identifier: string } };
}

it.each<[string, number]>([
  ['run-started', 1],
  ['draft-created', 1],
  ['draft-created', 2],
  ['file-uploaded', 1],
  ['file-uploaded', 4],
  ['draft-validated', 1],
  ['step-finished', 1],
  ['step-started', 2],
  ['record-published', 1],
  ['record-published', 2],
  ['run-finished', 1],
])('a publication that is killed at %s no. %i is made once by the same command', async (code, number) => {
  const person = stranger();
  const archive = await serveArchive(person);
  const folder = join(person.folder, 'melting');
  writeFiles(folder, smallFiles());
  const publish = ['publish', folder, '--to', 'local', '--yes'];
  const started = person.start(publish);
  const run = await onlyRun(person);
  let seen = 0;
  await run.attach((event) => event.code === code && ++seen === number);
  started.child.kill('SIGKILL');
  await started.ended;

  const finished = run.events().at(-1)?.code === 'run-finished';
  const words = finished ? ['runs', 'resume', run.id] : publish;
  const { deposit } = (await person.result(words)) as unknown as { deposit: { records: { doi: string }[] } };
  const [environment, experiment] = deposit.records.map(({ doi }) => doi);
  const credentials = readFileSync(join(person.folder, 'config', 'repo2vc', 'credentials.yaml'), 'utf8');
  const authorization = `Bearer ${/: (\S+)\n/.exec(credentials)?.[1]}`;
  const headers = { authorization, accept: 'application/vnd.inveniordm.v1+json' };
  const answer = await fetch(`${archive.origin}/api/user/records?size=100`, { headers });
  const records = ((await answer.json()) as { hits: { hits: ArchiveRecord[] } }).hits.hits;
  expect(records.every((record) => record.is_published)).toBe(true);
  expect(records.map((record) => record.pids.doi.identifier).sort()).toEqual(
    [environment, experiment].sort(),
  );
  const links = records
    .find((record) => record.pids.doi.identifier === experiment)
    ?.metadata.related_identifiers?.map(({ identifier, relation_type }) => [relation_type.id, identifier]);
  expect(links).toEqual([
    ['requires', environment],
    ['references', environment],
  ]);
  await archive.stop();
});

it('a publication that somebody else cancelled says so, and not that it was published', async () => {
  const person = stranger();
  const archive = await serveArchive(person);
  const folder = join(person.folder, 'melting');
  writeFiles(folder, smallFiles());
  const publish = ['publish', folder, '--to', 'local'];
  expect((await person.type(publish)).code).toBe(2);
  const run = await onlyRun(person);
  run.cancel();
  const { code, stdout } = await person.type([...publish, '--yes']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `Run ${run.id} is cancelled.\n` });
  await archive.stop();
});
