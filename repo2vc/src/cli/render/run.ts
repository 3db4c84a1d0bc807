import type { Engine } from '../host.ts';
import { moment, oneLine, stateText } from './words.ts';

/** What `runs show` tells of a run. */
type RunDescription = Awaited<ReturnType<Engine['describeRun']>>;

/** A run for people, with the command that comes next. `isThere` says whether its cluster still exists. */
export function runText(run: RunDescription, isThere: boolean): string {
  const rows: [string, string][] = [
    ['Run', run.id],
    ['State', stateText(run.state)],
    [run.kind === 'publish' ? 'Publishes' : 'Reproduces', run.reference],
    ['Began', run.began ? moment(run.began) : 'not yet'],
    ['Done', run.steps.length > 0 ? run.steps.join(', ') : 'nothing'],
    ...run.clusters.map((id): [string, string] => ['Cluster', isThere ? id : `${id}, which has ended`]),
    ['Folder', run.folder],
    ['Next', next(run, isThere)],
  ];
  return rows.map(([title, value]) => `  ${title.padEnd(11)}${oneLine(value)}\n`).join('');
}

function next(run: RunDescription, isThere: boolean): string {
  if (run.state === 'running') return `repo2vc runs attach ${run.id}`;
  if (run.state === 'finished' && run.kind === 'publish') return 'nothing';
  if (run.state === 'finished')
    return isThere ? `repo2vc runs show ${run.id} --url` : `repo2vc reproduce ${run.reference}`;
  return run.state === 'canceled' ? 'nothing' : `repo2vc runs resume ${run.id}`;
}
