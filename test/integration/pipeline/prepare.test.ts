import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processProvider } from '../../../repo2vc/src/clusters/providers/process/index.ts';
import { type Prepared, parserOf } from '../../../repo2vc/src/model/index.ts';
import { clientIdOf } from '../../../repo2vc/src/pipeline/clusters.ts';
import { connectToEntry, nodesOf } from '../../../repo2vc/src/pipeline/nodes.ts';
import { prepare } from '../../../repo2vc/src/pipeline/prepare.ts';
import { footprint } from '../../support/clusters.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { stage } from '../../support/stage.ts';

everyTestNeeds('pip');

const connecting = 'from repo2vc_cluster import nodes\nentry = nodes["entry"]';
const secret = 'correct horse/battery';

type Stage = Awaited<ReturnType<typeof stage>>;

/** Files, processes and secrets of the client that are still there. */
function leftOfClient({ context, run }: Stage): string[] {
  const client = clientIdOf(run.id);
  return footprint(context.places, client).filter(
    (line) => line.includes(client) || line.startsWith('process'),
  );
}

async function onEntry({ plan, cluster, context }: Stage, argv: string[]) {
  const { connection } = await connectToEntry(plan, cluster, context);
  const result = await connection.exec(argv);
  return result.stdout.toString();
}

test('the cells of a template set up the node, with its parameters and its files, and nothing is left of the client', async () => {
  const set = await stage({
    cells: [
      '# Set up',
      { source: 'size = ', tags: ['parameters'] },
      `from helper import greeting\n${connecting}`,
      '# Write',
      'entry.write("settings.txt", f"{greeting} {size}")\nentry.run(["cat", "settings.txt"])',
    ],
    template: {
      parameters: { size: { type: 'integer', default: 3 } },
      checks: [{ name: 'settings', command: ['test', '-s', 'settings.txt'] }],
    },
    answers: { parameters: { size: 5 } },
  });
  const prepared = await prepare(set.preparing(), set.tools);
  expect(parserOf<Prepared>('prepared.schema.json')(prepared, 'prepared')).toMatchObject({
    notebook: 'executed/environment.ipynb',
    cells: [{ cell: 1 }, { cell: 2 }, { cell: 4 }],
    checks: ['settings'],
  });
  expect(await onEntry(set, ['cat', 'settings.txt'])).toBe('hello 5');
  const executed = JSON.parse(readFileSync(join(set.run.folder, 'executed', 'environment.ipynb'), 'utf8'));
  expect(executed.cells[4].outputs[0].text).toBe('hello 5\n');
  expect(leftOfClient(set)).toEqual([]);
  const told = set.context.events.map(({ code }) => code);
  expect(told).toContain('client-started');
  expect(told.filter((code) => code === 'cell-finished')).toHaveLength(3);
  expect(told.at(-1)).toBe('check-passed');
});

test('a secret reaches the cells as a file, and nothing that is kept, told, or seen from outside', async () => {
  const set = await stage({
    cells: [
      { source: '', tags: ['parameters'] },
      `${connecting}\nsecret = open(password_file).read()\nprint("it is", secret)`,
      'entry.run(["echo", secret])',
      'import os\nprint(oct(os.stat(password_file).st_mode), len(secret))',
      'import glob\nfor f in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):\n' +
        '    try: assert secret.encode() not in open(f, "rb").read() or b"echo" in open(f, "rb").read(), f\n' +
        '    except OSError: pass',
    ],
    template: { parameters: { password: { type: 'string', writeOnly: true } } },
  });
  await prepare(set.preparing(new Map([['password', secret]])), set.tools);
  const kept = readFileSync(join(set.run.folder, 'executed', 'environment.ipynb'), 'utf8');
  for (const text of [kept, JSON.stringify(set.context.events)]) {
    expect(text).toContain('it is ***');
    expect(text).not.toContain('battery');
  }
  expect(kept).toContain(`0o100600 ${secret.length}`);
  expect(leftOfClient(set)).toEqual([]);
});

test('a cell that fails is told, its client is removed, and going on begins anew on fresh nodes', async () => {
  const set = await stage({
    cells: [`${connecting}\nentry.write("touched", "x")`, '# Measure', 'raise ValueError("broken")'],
  });
  const failing = prepare(set.preparing(), set.tools);
  await expect(failing).rejects.toMatchObject({ code: 'cell-failed', args: { cell: 2, title: 'Measure' } });
  expect(leftOfClient(set)).toEqual([]);
  expect(await onEntry(set, ['ls', 'touched'])).toBe('touched\n');
  const again = prepare(set.preparing(), set.tools);
  await expect(again).rejects.toMatchObject({ code: 'cell-failed' });
  const told = set.context.events.map(({ code }) => code);
  expect(told.filter((code) => code === 'preparation-restarted')).toHaveLength(1);
  expect(told.filter((code) => code === 'cluster-destroyed').length).toBeGreaterThanOrEqual(2);
});

test('a cell that hangs, and Ctrl-C, end the preparation and its client', async () => {
  const hung = await stage({
    cells: ['import time\ntime.sleep(600)'],
    template: { cells: { timeoutSeconds: 1 } },
  });
  await expect(prepare(hung.preparing(), hung.tools)).rejects.toMatchObject({ code: 'cell-timeout' });
  expect(leftOfClient(hung)).toEqual([]);

  const stop = new AbortController();
  const stopped = await stage({
    cells: [`${connecting}\nprint("now", flush=True)\nentry.run(["sleep", "600"])`],
    changes: { signal: stop.signal },
  });
  const emit = (event: Parameters<typeof stopped.tools.emit>[0]) => {
    stopped.context.emit(event);
    if (event.code === 'cell-output') stop.abort();
  };
  await expect(prepare(stopped.preparing(), { ...stopped.tools, emit })).rejects.toMatchObject({
    code: 'interrupted',
  });
  expect(leftOfClient(stopped)).toEqual([]);
});

test('a node that dies while it is prepared is what is told', async () => {
  const set = await stage({
    cells: [`${connecting}\nentry.run(["sh", "-c", "echo now; exec sleep 600"])`],
  });
  const [node] = await nodesOf(set.cluster, set.context);
  if (!node) throw new Error('no node');
  let dying: Promise<void> | undefined;
  const emit = (event: Parameters<typeof set.tools.emit>[0]) => {
    set.context.emit(event);
    if (event.code === 'cell-output')
      dying ??= processProvider.stop(set.cluster.cluster, [node], set.context);
  };
  const failing = prepare(set.preparing(), { ...set.tools, emit });
  await expect(failing).rejects.toMatchObject({
    code: 'node-lost',
    retryable: true,
    args: { node: 'entry-1' },
  });
  await dying;
});

test('a client that never answers any more is given up, and removed', async () => {
  const set = await stage({
    cells: ['print("now", flush=True)\nimport time\ntime.sleep(600)'],
    template: { cells: { timeoutSeconds: 2 } },
  });
  const client = clientIdOf(set.run.id);
  const emit = (event: Parameters<typeof set.tools.emit>[0]) => {
    set.context.emit(event);
    if (event.code !== 'cell-output') return;
    const processes = footprint(set.context.places, client).flatMap(
      (line) => /^process (\d+)$/.exec(line)?.[1] ?? [],
    );
    for (const pid of processes) process.kill(Number(pid), 'SIGSTOP');
  };
  await expect(prepare(set.preparing(), { ...set.tools, emit })).rejects.toMatchObject({
    code: 'cell-timeout',
  });
  expect(leftOfClient(set)).toEqual([]);
});

test('an environment without Jupyter cannot run cells, and says so', async () => {
  const set = await stage({ bare: true, cells: ['x = 1'] });
  await expect(prepare(set.preparing(), set.tools)).rejects.toMatchObject({
    code: 'server-not-answering',
    message: expect.stringContaining('jupyter-server'),
  });
});

test('a template without cells has no client, and a check that fails is told', async () => {
  const set = await stage({
    bare: true,
    template: {
      checks: [
        { name: 'python', command: ['python', '-V'] },
        { name: 'wrong', command: ['sh', '-c', 'echo the reason; exit 4'] },
      ],
    },
  });
  await expect(prepare(set.preparing(), set.tools)).rejects.toMatchObject({
    code: 'check-failed',
    message: expect.stringContaining('the reason'),
    args: { check: 'wrong', code: 4 },
  });
  expect(set.context.events.map(({ code }) => code)).toContain('check-passed');
  expect(existsSync(join(set.run.folder, 'client'))).toBe(false);
});
