import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostOf } from '../../repo2vc/src/cli/host.ts';
import { recordListing } from '../../repo2vc/src/clusters/bring-home.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import type { ClusterView } from '../../repo2vc/src/model/index.ts';
import { belongings } from '../support/belongings.ts';
import { type Person, readJson, stranger } from '../support/cli.ts';
import { eventually, testCluster, testId } from '../support/clusters.ts';
import { testContext } from '../support/context.ts';

const me = hostOf(process, new AbortController().signal).owner;

/** A cluster that lies where the person's commands look, with a file on it that is worth saving; over in a moment. */
async function clusterOf(person: Person, owner: string, over = false): Promise<string> {
  const context = testContext({
    owner,
    places: {
      state: person.state,
      cache: join(person.folder, 'cache'),
      config: join(person.folder, 'config'),
    },
  });
  const cluster = testCluster(testId(), { owner });
  const { id } = cluster.cluster;
  const { nodes } = await ensureCluster(cluster, processProvider, join(context.folder, id), context);
  if (!nodes[0]) throw new Error('no node');
  const connection = await processProvider.connect(cluster.cluster, nodes[0], context);
  await connection.exec(['mkdir', 'work']);
  await recordListing(connection, 'work');
  await connection.exec(['sh', '-c', 'echo mine >work/notes']);
  const soon = new Date(Date.now() + 500).toISOString();
  if (over) await processProvider.renew(cluster.cluster, soon, context);
  return id;
}

const saved = (person: Person, id: string) => join(person.state, 'saved', id, 'work', 'notes');

async function phases(person: Person): Promise<Record<string, string>> {
  const { clusters } = (await person.result(['clusters', 'list'])) as unknown as { clusters: ClusterView[] };
  return Object.fromEntries(clusters.map((view) => [view.cluster.id, view.phase]));
}

it('sweep ends what is over, and with --all, asked, what is not; never what is another owner’s', async () => {
  const person = stranger();
  expect((await person.type(['clusters', 'sweep'])).stdout).toBe('Nothing to sweep.\n');
  const over = await clusterOf(person, me, true);
  const running = await clusterOf(person, me);
  const theirs = await clusterOf(person, 'other@there', true);
  await eventually(async () => {
    const seen = await phases(person);
    return seen[over] === 'expired' && seen[theirs] === 'expired' ? true : undefined;
  });

  expect(await person.result(['clusters', 'sweep'])).toEqual({ swept: [over] });
  expect(readFileSync(saved(person, over), 'utf8')).toBe('mine\n');
  expect(await phases(person)).toEqual({ [running]: 'ready', [theirs]: 'expired' });

  const asked = await person.type(['clusters', 'sweep', '--all', '--log-format', 'json']);
  expect(readJson(asked).failure).toMatchObject({
    code: 'needs-answer',
    message: expect.stringContaining(running),
    hint: expect.stringContaining('repo2vc clusters sweep --all --yes'),
  });
  expect(asked.code).toBe(2);
  expect(await phases(person)).toEqual({ [running]: 'ready', [theirs]: 'expired' });

  const swept = await person.type(['clusters', 'sweep', '--all', '--yes']);
  expect(swept).toMatchObject({ code: 0, stdout: '1 cluster swept.\n' });
  expect(readFileSync(saved(person, running), 'utf8')).toBe('mine\n');
  expect(await phases(person)).toEqual({ [theirs]: 'expired' });
  await person.result(['clusters', 'destroy', theirs]);
  expect(belongings(person, [over, running, theirs])).toEqual([]);
});

it('destroy --discard brings nothing home', async () => {
  const person = stranger();
  const id = await clusterOf(person, me);
  expect(await person.type(['clusters', 'destroy', id, '--discard'])).toMatchObject({ code: 0 });
  expect(existsSync(saved(person, id))).toBe(false);
  expect(belongings(person, [id])).toEqual([]);
});
