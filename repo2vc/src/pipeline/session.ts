import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import type { Session } from '../model/index.ts';
import { startKernel } from '../notebooks/kernel.ts';
import type { Output } from '../notebooks/outputs.ts';
import type { Run } from '../runs/folder.ts';
import { providerOf, showCluster } from './clusters.ts';
import { sessionOf } from './inspect.ts';

/**
 * The address that opens the session of a run in a browser. It carries the token: for the person's eyes alone. Failure
 * `not-there-yet`.
 */
export async function sessionUrlOf(run: Run): Promise<string> {
  const { session, token } = await readSession(run);
  const { host, port, basePath, openPath } = session;
  return `http://${host}:${port}${basePath}${openPath}?token=${encodeURIComponent(token)}`;
}

/**
 * Runs code in a fresh kernel in the experiment's folder and gives what it prints and shows as text: how a program
 * looks into an environment. Code that fails is the Failure `cell-failed`.
 */
export async function runInSession(run: Run, code: string, context: Context): Promise<string> {
  const { session, token } = await readSession(run);
  await openWay(session, context);
  const { host, port, basePath } = session;
  const kernel = await startKernel({ host, port, basePath, token }, {}, '', context);
  try {
    const options = { timeoutMs: 600_000, maxOutput: 1_000_000, margin: 0 };
    const { ended, outputs } = await kernel.execute(code, options);
    const text = outputs.map(textOf).join('');
    if (ended === 'ok') return text;
    throw new Failure('cell-failed', `The code failed in the session (${ended}): ${text}`, {
      hint: 'Open the notebook and run it there.',
    });
  } finally {
    await kernel.shutdown();
  }
}

/**
 * Keeps the session of a run reachable until the context's signal fires, where it is another computer's: its containers
 * run there, and nothing but us leads to them. `opened` hears that the way is open; a session that is reached without
 * one needs nobody to stay.
 */
export async function forwardSession(
  run: Run,
  context: Context,
  opened: (session: Session) => void,
): Promise<void> {
  const session = await sessionOf(run);
  await openWay(session, context);
  opened(session);
  if (!session.forwarded) return;
  await new Promise<void>((ended) => {
    if (context.signal.aborted) return ended();
    const alive = setInterval(() => undefined, 2 ** 30);
    context.signal.addEventListener('abort', () => ended(clearInterval(alive)), { once: true });
  });
}

async function openWay({ forwarded, cluster, node: name, port }: Session, context: Context): Promise<void> {
  if (!forwarded) return;
  const view = await showCluster(cluster, context);
  const node = view.nodes.find((one) => one.name === name);
  if (!node) throw nodeGone(cluster, name);
  const connection = await providerOf(view.provider).connect(view.cluster, node, context);
  await connection.endpoint(port);
}

function nodeGone(cluster: string, node: string): Failure {
  return new Failure('node-lost', `Node ${node} of ${cluster} is not there any more.`, {
    hint: `See what there is with: repo2vc clusters show ${cluster}`,
    args: { node },
  });
}

async function readSession(run: Run): Promise<{ session: Session; token: string }> {
  const session = await sessionOf(run);
  return { session, token: await readFile(join(run.folder, session.tokenFile), 'utf8') };
}

function textOf(output: Output): string {
  if (output.output_type === 'stream') return output.text;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}\n`;
  const plain = output.data['text/plain'];
  return typeof plain === 'string' ? `${plain}\n` : '';
}
