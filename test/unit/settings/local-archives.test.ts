import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localArchives, registerLocalArchive } from '../../../repo2vc/src/settings/local-archives.ts';
import { realClock, testContext } from '../../support/context.ts';

test('the archive served last is called local; one whose folder is gone is forgotten', async () => {
  let seconds = 0;
  const clock = { ...realClock, now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++)) };
  const context = testContext({ clock });
  const serve = (archiveId: string, port: number) => {
    const directory = join(context.folder, archiveId);
    mkdirSync(directory, { recursive: true });
    const doiPrefix = `10.5072/repo2vc.${archiveId}`;
    const archive = { archiveId, origin: `http://127.0.0.1:${port}`, doiPrefix, directory };
    return registerLocalArchive(context, archive);
  };
  const names = async () => (await localArchives(context.places)).map(({ name, origin }) => [name, origin]);
  expect(await names()).toEqual([]);
  await serve('aaaaaaaa', 1000);
  await serve('bbbbbbbb', 1001);
  expect(await names()).toEqual([
    ['local', 'http://127.0.0.1:1001'],
    ['local-aaaaaaaa', 'http://127.0.0.1:1000'],
  ]);
  await serve('aaaaaaaa', 2000);
  expect((await localArchives(context.places))[0]).toMatchObject({
    name: 'local',
    origin: 'http://127.0.0.1:2000',
    doiPrefixes: ['10.5072/repo2vc.aaaaaaaa'],
    directory: join(context.folder, 'aaaaaaaa'),
  });
  rmSync(join(context.folder, 'aaaaaaaa'), { recursive: true });
  expect(await names()).toEqual([['local', 'http://127.0.0.1:1001']]);
});
