import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openBroker } from '../../../repo2vc/src/clusters/broker.ts';
import type { NodeConnection } from '../../../repo2vc/src/clusters/types.ts';
import { run } from '../../../repo2vc/src/io/processes.ts';
import { temporaryFolder } from '../../support/context.ts';
import { localNode } from '../../support/local-node.ts';
import { everyTestNeeds } from '../../support/needs.ts';

everyTestNeeds('pip');

const module = join(import.meta.dirname, '..', '..', '..', 'repo2vc', 'node-side');

async function broker() {
  const folder = temporaryFolder();
  const home = (name: string) => join(folder, name);
  for (const name of ['entry', 'worker-1', 'client']) mkdirSync(home(name));
  const socket = join(folder, 'broker.sock');
  const serve: NodeConnection['serve'] = async (_name, server) => {
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return { nodePath: socket, close: () => new Promise((resolve) => server.close(() => resolve())) };
  };
  const opened = await openBroker(
    { serve },
    ['entry', 'worker-1'].map((name) => localNode(name, home(name))),
  );
  onTestFinished(() => opened.close());
  const python = async (code: string, onLine?: (line: string) => void) => {
    const result = await run(['python3', '-c', `from repo2vc_cluster import *\n${code}`], {
      cwd: home('client'),
      env: {
        PATH: process.env.PATH,
        PYTHONPATH: module,
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUNBUFFERED: '1',
        REPO2VC_BROKER: socket,
      },
      ...(onLine && { onLine }),
    });
    return { code: result.code, out: result.stdout.toString(), err: result.stderr.toString() };
  };
  return { python, home, socket, close: opened.close };
}

test('cells see the nodes of their cluster, and no others', async () => {
  const { python } = await broker();
  const { out } = await python(`print(nodes.inventory)
print([node.name for node in nodes], len(nodes), nodes.role("worker"))
print("alone:", nodes["worker"].name)
try:
    nodes["other"]
except KeyError as error:
    print(error)`);
  expect(out).toContain("{'name': 'entry', 'role': 'entry', 'address': '127.77.0.1'}");
  expect(out).toContain("['entry', 'worker-1'] 2 [<Node worker-1, worker, 127.77.0.1>]");
  expect(out).toContain('alone: worker-1');
  expect(out).toContain('there are: entry, worker-1');
});

test('a program runs on a node; what it prints is seen while it runs, and its failure is one', async () => {
  const { python, home } = await broker();
  const { out, err } = await python(`node = nodes["entry"]
node.run(["sh", "-c", "echo one; echo two >&2; pwd; echo $X; cat"], env={"X": "y"}, input="typed")
print("given:", node.output(["sh", "-c", "echo quiet"]))
print("long:", len(node.output(["python3", "-c", "print('x' * 50000)"])))
try:
    node.run(["sh", "-c", "echo why >&2; exit 7"])
except CommandFailed as error:
    print(error.returncode, error)
try:
    node.run(["sleep", "60"], timeout=0.3)
except CommandFailed as error:
    print(error.timed_out, error)
try:
    node.run("ls -l")
except TypeError as error:
    print(error)
try:
    node.run(["ls"], cwd="../../etc")
except ClusterError as error:
    print(error.code)`);
  expect(out.split('\n')).toEqual([
    'one',
    home('entry'),
    'y',
    'typed',
    'given: quiet',
    '',
    'long: 50001',
    '7 sh -c echo why >&2; exit 7 on entry ended with exit code 7: why',
    'True sleep 60 on entry ran too long and was ended',
    'argv is a list of words, for instance ["ls", "-l"], never one string',
    'invalid-request',
    '',
  ]);
  expect(err).toBe('two\nwhy\n');
});

test('files and folders go to a node and come back', async () => {
  const { python, home } = await broker();
  mkdirSync(join(home('client'), 'data', 'deep'), { recursive: true });
  const large = Buffer.alloc(20_000_000, 'repo2vc ');
  writeFileSync(join(home('client'), 'data', 'deep', 'large'), large);
  writeFileSync(join(home('client'), 'data', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  const { out, err } = await python(`node = nodes["worker-1"]
node.write("notes/größe.txt", "größer")
print(node.read("notes/größe.txt"))
node.put("data", "experiment/data")
node.put("data/run.sh", "bin/other name")
node.get("experiment/data", "back/data")
node.get("notes/größe.txt", "back/one.txt")
node.run(["mkdir", "empty"])
node.get("empty", "back/empty")
for wrong in [lambda: node.read("missing"), lambda: node.read("notes"), lambda: node.write("../out", "x")]:
    try:
        wrong()
    except ClusterError as error:
        print(error.code)`);
  expect(err).toBe('');
  expect(out).toBe('größer\nnot-found\nnot-a-file\ninvalid-request\n');
  expect(readFileSync(join(home('worker-1'), 'experiment', 'data', 'deep', 'large')).equals(large)).toBe(
    true,
  );
  expect(readFileSync(join(home('client'), 'back', 'data', 'deep', 'large')).equals(large)).toBe(true);
  expect(statSync(join(home('client'), 'back', 'data', 'run.sh')).mode & 0o111).toBe(0o111);
  expect(readFileSync(join(home('worker-1'), 'bin', 'other name'), 'utf8')).toBe('#!/bin/sh\n');
  expect(readFileSync(join(home('client'), 'back', 'one.txt'), 'utf8')).toBe('größer');
  expect(existsSync(join(home('client'), 'back', 'empty'))).toBe(true);
  expect(existsSync(join(home('worker-1'), '..', 'out'))).toBe(false);
});

test('a program that prints without end fills nobody up', async () => {
  const { python } = await broker();
  const before = process.memoryUsage().rss;
  const { out, err } = await python(`node = nodes["entry"]
import time, sys
class Slow:
    def write(self, text): time.sleep(0.001)
    def flush(self): pass
real, sys.stdout = sys.stdout, Slow()
try:
    node.run(["sh", "-c", "yes $(printf %01000d 1) | head -n 200000"], timeout=60)
finally:
    sys.stdout = real
print("went on")`);
  expect(out).toBe('went on\n');
  expect(err).toMatch(/\[\d+ lines came too fast and were dropped\]/);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
});

test('when the broker ends, what it runs ends with it, and cells are told', async () => {
  const { python, home, close, socket } = await broker();
  const running = python(
    `nodes["entry"].run(["sh", "-c", "echo $$ > pid; echo started; sleep 600"])`,
    () => void close(),
  );
  const { code, err } = await running;
  expect(code).toBe(1);
  expect(err).toMatch(/ended before|IncompleteRead|ConnectionResetError/);
  const pid = readFileSync(join(home('entry'), 'pid'), 'utf8').trim();
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  expect(existsSync(socket)).toBe(false);
  expect((await python('list(nodes)')).err).toContain('repo2vc runs no cells now');
});

test('a request that is too large, or is none, is refused and the broker goes on', async () => {
  const { socket, python } = await broker();
  const post = (body: Buffer | string) =>
    new Promise<string>((resolve) => {
      const asked = request({ socketPath: socket, path: '/nodes/entry/exec', method: 'POST' }, (answer) => {
        answer.on('data', (data: Buffer) =>
          resolve(`${answer.statusCode} ${JSON.parse(data.toString()).code}`),
        );
      });
      asked.on('error', () => {});
      asked.end(body);
    });
  expect(await post('nonsense')).toBe('400 invalid-request');
  expect(await post(JSON.stringify({ argv: 'ls' }))).toBe('400 invalid-request');
  expect(await post(Buffer.alloc(20_000_000))).toBe('400 too-much');
  expect((await python('print(len(nodes))')).out).toBe('2\n');
});
