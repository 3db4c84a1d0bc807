import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { run } from '../../../repo2vc/src/io/processes.ts';
import { commandOf, until } from '../../support/processes.ts';

const env = { PATH: process.env.PATH };

it('gives what a program printed and how it ended', async () => {
  const lines: string[] = [];
  const result = await run(['sh', '-c', 'cat; echo "é" >&2; exit 3'], {
    env,
    input: 'one\ntwo',
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
  });
  expect(result).toMatchObject({ code: 3, signal: null, truncated: false, timedOut: false });
  expect(result.stdout.toString()).toBe('one\ntwo');
  expect(lines.sort()).toEqual(['stderr: é', 'stdout: one', 'stdout: two']);
});

it('keeps no more than it may of what a program prints', async () => {
  const result = await run(['sh', '-c', 'yes | head -c 1000000'], { env, maxBytes: 1000 });
  expect(result.stdout.length).toBe(1000);
  expect(result.truncated).toBe(true);
});

it('ends the whole group when time is over, also when the program itself is gone already', async () => {
  const result = await run(['sh', '-c', 'sleep 600 & echo $!'], { env, timeoutMs: 500 });
  expect(result.timedOut).toBe(true);
  await until(() => commandOf(Number(result.stdout)) === '');
});

it('ends the program when it is told to stop', async () => {
  const controller = new AbortController();
  const running = run(['sh', '-c', 'echo up; sleep 600'], {
    env,
    signal: controller.signal,
    onLine: () => controller.abort(),
  });
  await expect(running).rejects.toMatchObject({ code: 'interrupted' });
  await expect(run(['true'], { env, signal: controller.signal })).rejects.toMatchObject({
    code: 'interrupted',
  });
});

it('says when a program cannot be started, and when its input fails', async () => {
  await expect(run(['/nowhere/program'], { env })).rejects.toMatchObject({ code: 'ENOENT' });
  const broken = new Readable({ read: () => broken.destroy(new Error('broken')) });
  await expect(run(['cat'], { env, input: broken })).rejects.toThrow('broken');
});

it('gives a character whole that came in two pieces', async () => {
  const lines: string[] = [];
  const script = "printf '\\303'; sleep 0.2; printf '\\251\\n'";
  await run(['sh', '-c', script], { env, onLine: (line) => lines.push(line) });
  expect(lines).toEqual(['é']);
});

it('gives a long line whole, in pieces that say so', async () => {
  const text = `a${'😀'.repeat(30_000)}`;
  const lines = [''];
  const pieces: number[] = [];
  await run(['cat'], {
    env,
    input: `${text}\nshort\n${text}`,
    onLine: (piece, _stream, more) => {
      pieces.push(piece.length);
      lines.push(`${lines.pop()}${piece}`);
      expect(Buffer.from(piece).toString()).toBe(piece);
      if (!more) lines.push('');
    },
  });
  expect(lines).toEqual([text, 'short', text, '']);
  expect(Math.max(...pieces)).toBe(10_000);
});

it('is content with a program that does not read all it is given', async () => {
  const programs = [['true'], ['head', '-c', '10'], ['sh', '-c', 'head -c 524288 >/dev/null']];
  for (let round = 0; round < 60; round++) {
    for (const program of programs) {
      const input = Readable.from(Array.from({ length: 8 }, () => Buffer.alloc(65_536)));
      expect(await run(program, { env, input })).toMatchObject({ code: 0 });
    }
  }
});
