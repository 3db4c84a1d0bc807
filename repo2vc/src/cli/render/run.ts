import type { Failure } from '../../failure.ts';
import type { Engine } from '../host.ts';
import { moment, oneLine, stateText } from './words.ts';

/** What `runs show` tells of a run. */
type RunDescription = Awaited<ReturnType<Engine['describeRun']>>;

/** What is seen of a run's cluster; a Failure when whoever may have it cannot be asked. */
export type Seen = 'there' | 'ended' | Failure;

/** A run for people, with the command that comes next. */
export function runText(run: RunDescription, cluster: Seen): string {
  const rows: [string, string][] = [
    ['Run', run.id],
    ['State', stateText(run.state)],
    [run.kind === 'publish' ? 'Publishes' : 'Reproduces', run.reference],
    ['Began', run.began ? moment(run.began) : 'not yet'],
    ['Done', run.steps.length > 0 ? run.steps.join(', ') : 'nothing'],
    ...run.clusters.map((id): [string, string] => ['Cluster', clusterText(id, cluster)]),
    ['Folder', run.folder],
    ['Next', next(run, cluster)],
  ];
  return rows.map(([title, value]) => `  ${title.padEnd(11)}${oneLine(value)}\n`).join('');
}

function clusterText(id: string, cluster: Seen): string {
  if (cluster === 'there') return id;
  return cluster === 'ended' ? `${id}, which has ended` : `${id}, which cannot be seen: ${cluster.message}`;
}

function next(run: RunDescription, cluster: Seen): string {
  if (run.state === 'running') return `repo2vc runs attach ${run.id}`;
  if (run.state === 'finished' && run.kind === 'publish') return 'nothing';
  if (run.state === 'finished')
    return cluster === 'ended' ? `repo2vc reproduce ${run.reference}` : `repo2vc runs show ${run.id} --url`;
  return run.state === 'canceled' ? 'nothing' : `repo2vc runs resume ${run.id}`;
}
