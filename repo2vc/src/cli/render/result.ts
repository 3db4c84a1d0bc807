import { hostname } from 'node:os';
import type { Run, Session } from '../../index.ts';
import { contextOf, type Engine, type Host, type Screen } from '../host.ts';
import { publishedText } from './deposit.ts';
import { moment, stateText } from './words.ts';

/**
 * The result of a run, on standard output: where the notebook is open, until when, and how to end it; or what was
 * published.
 */
export async function showResult(
  engine: Engine,
  run: Run,
  state: string,
  tools: { readonly host: Host; readonly screen: Screen },
): Promise<void> {
  const { host, screen } = tools;
  const request = await engine.requestOf(run);
  if (request.kind === 'publish' && state === 'finished') return showPublished(engine, run, screen);
  const isOpen = request.kind === 'reproduce' && request.until === undefined && state === 'finished';
  if (!isOpen) return showOutcome(run, state, screen);
  const session = await openSession(engine, run, host);
  if (screen.format === 'json') return screen.out(`${JSON.stringify({ run: run.id, state, session })}\n`);
  const forward = session.forwarded ? wayFor(run.id) : forwardFor(session, host.environment);
  screen.out(
    `\nThe notebook is open in its own environment:\n  ${await engine.sessionUrlOf(run)}\n${forward}` +
      `It ends by itself at ${moment(session.expiresAt)}. Meanwhile:\n` +
      commands([
        [`repo2vc runs show ${run.id} --url`, 'print this address again'],
        [`repo2vc clusters renew ${session.cluster} --expires 8h`, 'keep it for 8 hours from now'],
        [`repo2vc clusters destroy ${session.cluster}`, 'end it; changed files are brought home'],
      ]),
  );
}

/** The containers run on another computer: an engine that is reached through the network. */
function wayFor(id: string): string {
  return `Its containers run on another computer. To reach it, leave this running:\n  repo2vc runs forward ${id}\n`;
}

/** The session of a run, with the end that it has now: it may have been renewed. */
async function openSession(engine: Engine, run: Run, host: Host): Promise<Session> {
  const session = await engine.sessionOf(run);
  const { views } = await engine.listClusters(contextOf(host));
  const { expiresAt } = views.find((view) => view.cluster.id === session.cluster) ?? session;
  return { ...session, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/** Commands, and beside each what it does. */
function commands(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, does]) => `  ${command.padEnd(width)}   ${does}\n`).join('');
}

/** The records of a publication, on standard output. */
async function showPublished(engine: Engine, run: Run, screen: Screen): Promise<void> {
  const deposit = await engine.depositOf(run);
  screen.out(
    screen.format === 'json' ? `${JSON.stringify({ run: run.id, deposit })}\n` : publishedText(deposit),
  );
}

function showOutcome(run: Run, state: string, screen: Screen): void {
  if (screen.format === 'json') screen.out(`${JSON.stringify({ run: run.id, state })}\n`);
  else screen.out(`Run ${run.id} is ${stateText(state)}.\n`);
}

/** On a computer that was reached by ssh, the browser is elsewhere: the command that forwards the port to it. */
function forwardFor(session: Session, environment: Host['environment']): string {
  if (!environment.SSH_CONNECTION) return '';
  const user = environment.USER ? `${environment.USER}@` : '';
  const { host, port } = session;
  return `First, on the computer where your browser is:\n  ssh -N -L ${host}:${port}:${host}:${port} ${user}${hostname()}\n`;
}
