import { Failure } from '../failure.ts';
import type { ClusterView } from '../model/index.ts';
import { askYes, terminalAsk } from './ask.ts';
import type { Screen } from './host.ts';
import { count } from './render/words.ts';

/** Asks before anything that has not expired is swept; expired clusters need no question. */
export async function confirmSweep(
  views: readonly ClusterView[],
  options: { readonly all?: boolean; readonly yes?: boolean },
  screen: Screen,
): Promise<void> {
  if (!options.all || options.yes) return;
  const ids = views.map((view) => view.cluster.id).join(', ');
  if (!screen.interactive) {
    throw new Failure('needs-answer', `Sweeping all would end ${ids}.`, {
      hint: 'Say yes with: repo2vc clusters sweep --all --yes',
    });
  }
  await askYes(`End ${count(views.length, 'cluster')} (${ids})?`, terminalAsk(process));
}
