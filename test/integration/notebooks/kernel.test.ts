import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startKernel } from '../../../repo2vc/src/notebooks/kernel.ts';
import type { Output } from '../../../repo2vc/src/notebooks/outputs.ts';
import { waitForServer } from '../../../repo2vc/src/notebooks/server.ts';
import { testContext } from '../../support/context.ts';
import { freePort, startJupyter } from '../../support/jupyter.ts';
import { everyTestNeeds } from '../../support/needs.ts';

everyTestNeeds('pip');

const plain = { timeoutMs: 60_000, maxOutput: 1_000_000, margin: 0 };

async function startedKernel(context = testContext()) {
  const jupyter = await startJupyter();
  await waitForServer(jupyter.server, jupyter.program, context);
  const kernel = await startKernel(jupyter.server, { language: 'python' }, '', context);
  onTestFinished(() => kernel.shutdown());
  return { jupyter, kernel };
}

function textOf(outputs: readonly Output[]): string {
  return outputs.map((output) => (output.output_type === 'stream' ? output.text : '')).join('');
}

test('cells run in order, keep state, and give their outputs as nbformat has them', async () => {
  const { kernel } = await startedKernel();
  expect(await kernel.execute('x = 41', plain)).toEqual({ ended: 'ok', outputs: [], executionCount: 1 });
  const second = await kernel.execute(
    'import sys\nprint("a"); print("b")\nprint("e", file=sys.stderr)\nx + 1',
    plain,
  );
  expect(second).toEqual({
    ended: 'ok',
    executionCount: 2,
    outputs: [
      { output_type: 'stream', name: 'stdout', text: 'a\nb\n' },
      { output_type: 'stream', name: 'stderr', text: 'e\n' },
      { output_type: 'execute_result', data: { 'text/plain': '42' }, metadata: {}, execution_count: 2 },
    ],
  });
  const third = await kernel.execute('1 / 0', plain);
  expect(third.ended).toBe('error');
  expect(third.outputs[0]).toMatchObject({ output_type: 'error', ename: 'ZeroDivisionError' });
  const asked = await kernel.execute('input("name?")', plain);
  expect(asked.outputs[0]).toMatchObject({ ename: 'StdinNotImplementedError' });
});

test('a cell that prints 100 MB keeps its first characters and leaves our memory as it was', async () => {
  const { kernel } = await startedKernel();
  const before = process.memoryUsage().rss;
  const many = await kernel.execute('for _ in range(100): print("x" * 1_000_000)', {
    ...plain,
    maxOutput: 100_000,
  });
  expect(many.ended).toBe('ok');
  expect(textOf(many.outputs).length).toBeLessThan(110_000);
  expect(textOf(many.outputs)).toMatch(/more were dropped|data rate exceeded/);
  const one = await kernel.execute('print("y" * 100_000_000)', { ...plain, maxOutput: 100_000 });
  expect(one.ended).toBe('ok');
  expect(textOf(one.outputs).length).toBeLessThan(110_000);
  expect(await kernel.execute('1', plain)).toMatchObject({ ended: 'ok' });
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
});

test('a cell that hangs is interrupted, and killed when it will not stop', async () => {
  const { kernel } = await startedKernel();
  const hung = await kernel.execute('import time\nprint("before", flush=True)\ntime.sleep(600)', {
    ...plain,
    timeoutMs: 1_500,
  });
  expect(hung.ended).toBe('timeout');
  expect(textOf(hung.outputs)).toBe('before\n');
  const deaf = 'import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(600)';
  expect(await kernel.execute(deaf, { ...plain, timeoutMs: 500 })).toMatchObject({ ended: 'timeout' });
});

test('a kernel that dies, and a server that dies, are told apart', async () => {
  const { kernel, jupyter } = await startedKernel();
  expect(await kernel.execute('import os\nos._exit(3)', plain)).toMatchObject({ ended: 'died' });
  const other = await startKernel(jupyter.server, {}, '', testContext());
  const running = other.execute('import time\ntime.sleep(600)', plain);
  setTimeout(() => jupyter.kill(), 500);
  expect(await running).toMatchObject({ ended: 'lost' });
});

test('work that is told to stop stops', async () => {
  const stop = new AbortController();
  const { kernel } = await startedKernel(testContext({ signal: stop.signal }));
  const running = kernel.execute('import time\ntime.sleep(600)', plain);
  setTimeout(() => stop.abort(), 300);
  await expect(running).rejects.toMatchObject({ code: 'interrupted' });
});

test('a kernel is found by name, else by language with the substitution told, else refused', async () => {
  const context = testContext();
  const jupyter = await startJupyter();
  await waitForServer(jupyter.server, jupyter.program, context);
  const kernel = await startKernel(jupyter.server, { name: 'my-env', language: 'Python' }, '', context);
  expect(kernel).toMatchObject({ name: 'python3', language: 'python', insteadOf: 'my-env' });
  await kernel.shutdown();
  await expect(startKernel(jupyter.server, { name: 'ir', language: 'R' }, '', context)).rejects.toMatchObject(
    {
      code: 'no-kernel',
      args: { asked: 'ir', known: ['python3'] },
    },
  );
});

test.each([
  ['ends', 'raise SystemExit(1)'],
  ['never answers', 'IPythonKernel.do_execute = lambda *_, **__: Event().wait()'],
])('a kernel that %s while it starts, as when a port is taken from it, is no failure', async (_, trouble) => {
  const context = testContext();
  const jupyter = await startJupyter();
  const folder = join(dirname(jupyter.root), '.local/share/jupyter/kernels/once');
  mkdirSync(folder, { recursive: true });
  const script = [
    'import os, sys',
    'from asyncio import Event',
    'from ipykernel.ipkernel import IPythonKernel',
    'from ipykernel.kernelapp import IPKernelApp',
    'if not os.path.exists("begun"):',
    '    open("begun", "w").close()',
    `    ${trouble}`,
    'IPKernelApp.launch_instance()',
  ];
  writeFileSync(join(folder, 'start.py'), script.join('\n'));
  const argv = ['python', join(folder, 'start.py'), '-f', '{connection_file}'];
  const spec = { argv, display_name: 'once', language: 'python' };
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec));
  await waitForServer(jupyter.server, jupyter.program, context);
  const kernel = await startKernel(jupyter.server, { name: 'once' }, '', context);
  expect(await kernel.execute('1', plain)).toMatchObject({ ended: 'ok', executionCount: 1 });
  await kernel.shutdown();
});

test('waits for a server behind a port that is forwarded: whoever connects too early is hung up on', async () => {
  const server = createServer((_, answer) => answer.end('{}'));
  let connections = 0;
  const forwarded = createNetServer((socket) => {
    if (connections++ < 3) socket.end();
    else server.emit('connection', socket);
  });
  onTestFinished(() => void forwarded.close());
  await new Promise<void>((resolve) => forwarded.listen(0, '127.0.0.1', resolve));
  const { port } = forwarded.address() as AddressInfo;
  const program = { running: async () => true, log: async () => '' };
  const where = { host: '127.0.0.1', port, basePath: '/', token: 'token' };
  await waitForServer(where, program, testContext(), 5_000);
});

test('a server that ends, never answers, or is somebody else is a failure that tells its log', async () => {
  const context = testContext();
  const ended = await startJupyter({ args: ['--ServerApp.root_dir=/nowhere'] });
  await expect(waitForServer(ended.server, ended.program, context)).rejects.toMatchObject({
    code: 'server-not-answering',
    message: expect.stringContaining('/nowhere'),
  });

  const silent = createServer(() => {});
  onTestFinished(() => void silent.closeAllConnections());
  onTestFinished(() => void silent.close());
  const port = await freePort();
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
  const server = { host: '127.0.0.1', port, basePath: '/', token: 'secret-token' };
  const program = { running: async () => true, log: async () => 'started with secret-token' };
  await expect(waitForServer(server, program, context, 500)).rejects.toMatchObject({
    code: 'server-not-answering',
    retryable: true,
    message: expect.stringContaining('started with ***'),
  });

  const taken = await startJupyter({ port });
  await expect(waitForServer(taken.server, taken.program, context)).rejects.toMatchObject({
    code: 'port-taken',
  });
});
