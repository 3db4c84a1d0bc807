import { Command } from 'commander';
import type { Listing } from '../../clusters/sweep.ts';
import type { ClusterView } from '../../model/index.ts';
import { contextOf, type Host, type Screen } from '../host.ts';
import { type CommonOptions, minutesOf, screenOf, withCommonOptions } from '../options.ts';
import { count, moment, safe } from '../render/words.ts';

/** `repo2vc clusters …` */
export function clustersCommand(host: Host): Command {
  const clusters = new Command('clusters')
    .summary('list, show, renew, destroy and sweep what is running')
    .description(
      'Clusters: the nodes that experiments run on. What is shown is what exists, found by its tags.',
    );
  const add = (command: Command) => clusters.addCommand(withCommonOptions(command));
  const command = (name: string, says: string) => new Command(name).description(says);
  add(command('list', 'Everything that carries repo2vc’s tags.').action((options) => list(options, host)));
  add(
    command('show', 'One cluster and its nodes.')
      .argument('<id>')
      .action((id, options) => show(id, options, host)),
  );
  add(
    command('renew', 'Move the time at which a cluster ends by itself.')
      .argument('<id>')
      .requiredOption('--expires <time>', 'from now: 90m, 8h, 2d')
      .action((id, options) => renew(id, options, host)),
  );
  add(
    command('destroy', 'End a cluster. What changed in the experiment’s folder is brought home first.')
      .argument('<id>')
      .option('--discard', 'do not bring changed files home')
      .action((id, options) => destroy(id, options, host)),
  );
  add(
    command('sweep', 'Remove your own clusters whose time is over; never another owner’s.')
      .option('--all', 'also those whose time is not over')
      .option('--yes', 'do not ask')
      .action((options) => sweep(options, host)),
  );
  return clusters;
}

async function toolsOf(options: CommonOptions, host: Host) {
  const engine = await import('../../index.ts');
  const { rendererFor } = await import('../foreground.ts');
  const screen = screenOf(options, process);
  const renderer = rendererFor(screen);
  let seq = 0;
  const context = contextOf(host, (event) =>
    renderer.show({ seq: ++seq, time: host.clock.now().toISOString(), ...event }),
  );
  return { engine, screen, renderer, context };
}

async function list(options: CommonOptions, host: Host): Promise<void> {
  const { engine, screen, context, renderer } = await toolsOf(options, host);
  const { views, silent } = await engine.listClusters(context);
  renderer.close();
  if (screen.format === 'json') {
    const unasked = noteworthy(silent).map(({ provider, failure }) => ({ provider, why: failure.code }));
    return screen.out(`${JSON.stringify({ clusters: views, unasked })}\n`);
  }
  if (views.length === 0) screen.out('No clusters.\n');
  for (const view of views) screen.out(`${line(view)}\n`);
  tellSilent(silent, screen);
}

function tellSilent(silent: Listing['silent'], screen: Screen): void {
  for (const { provider, failure } of noteworthy(silent)) {
    screen.err(`${provider} could not be asked: ${failure.message}\n`);
  }
}

/** Who has no container engine at all has no clusters in one. */
function noteworthy(silent: Listing['silent']): Listing['silent'] {
  return silent.filter(({ failure }) => failure.code !== 'no-engine');
}

function line(view: ClusterView): string {
  const ends = view.expiresAt ? `ends ${moment(view.expiresAt)}` : 'no end known';
  const { id, owner } = view.cluster;
  return `${id.padEnd(26)}  ${view.phase.padEnd(8)}  ${count(view.nodes.length, 'node').padEnd(8)}  ${ends}  ${view.provider}  ${safe(owner)}`;
}

async function show(id: string, options: CommonOptions, host: Host): Promise<void> {
  const { engine, screen, context, renderer } = await toolsOf(options, host);
  const view = await engine.showCluster(id, context);
  renderer.close();
  if (screen.format === 'json') return screen.out(`${JSON.stringify(view)}\n`);
  screen.out(`${line(view)}\n`);
  for (const node of view.nodes) {
    const reason = node.reason ? `  ${node.reason.code}` : '';
    screen.out(`  ${node.name.padEnd(12)}  ${node.state.padEnd(8)}  ${node.address ?? ''}${reason}\n`);
  }
}

async function renew(id: string, options: CommonOptions & { expires: string }, host: Host): Promise<void> {
  const { engine, screen, context, renderer } = await toolsOf(options, host);
  const asked = new Date(host.clock.now().getTime() + minutesOf(options.expires) * 60_000).toISOString();
  const { expiresAt = asked } = await engine.renewCluster(id, asked, context);
  renderer.close();
  tell(screen, { cluster: id, expiresAt }, `Cluster ${id} now ends ${moment(expiresAt)}.`);
}

async function destroy(
  id: string,
  options: CommonOptions & { discard?: boolean },
  host: Host,
): Promise<void> {
  const { engine, screen, context, renderer } = await toolsOf(options, host);
  const { discard = false } = options;
  const { existed } = await engine.destroyCluster(id, { discard }, context).finally(renderer.close);
  const left = existed ? 'Nothing of it is left.' : `There is no cluster ${id}: nothing of it is left.`;
  tell(screen, { cluster: id, state: 'absent' }, left);
}

async function sweep(options: CommonOptions & { all?: boolean; yes?: boolean }, host: Host): Promise<void> {
  const { engine, screen, context, renderer } = await toolsOf(options, host);
  const { confirmSweep } = await import('../sweep.ts');
  const { views, silent } = await engine.sweepable({ all: options.all ?? false }, context);
  tellSilent(silent, screen);
  try {
    if (views.length > 0) await confirmSweep(views, options, screen);
    await engine.sweep(views, context);
  } finally {
    renderer.close();
  }
  tell(
    screen,
    { swept: views.map((view) => view.cluster.id) },
    views.length === 0 ? 'Nothing to sweep.' : `${count(views.length, 'cluster')} swept.`,
  );
}

function tell(screen: Screen, value: unknown, text: string): void {
  screen.out(screen.format === 'json' ? `${JSON.stringify(value)}\n` : `${text}\n`);
}
