import type { KernelMessage } from '@jupyterlab/services';
import { expect, test } from 'vitest';
import { collectOutputs } from '../../../repo2vc/src/notebooks/outputs.ts';

function message(type: string, content: object): KernelMessage.IMessage {
  return { header: { msg_type: type }, content } as unknown as KernelMessage.IMessage;
}

function collect(messages: readonly [string, object][], limit = 1_000, margin = 0) {
  const heard: string[] = [];
  const collector = collectOutputs({ limit, margin }, (text) => heard.push(text));
  for (const [type, content] of messages) collector.take(message(type, content));
  return { outputs: collector.outputs(), heard: heard.join('') };
}

const stdout = (text: string): [string, object] => ['stream', { name: 'stdout', text }];

test('text of one stream is one output', () => {
  const { outputs } = collect([
    stdout('a'),
    stdout('b'),
    ['stream', { name: 'stderr', text: 'c' }],
    stdout('d'),
  ]);
  expect(outputs.map((output) => 'text' in output && output.text)).toEqual(['ab', 'c', 'd']);
});

test('what is more than the limit is dropped and told; an error is always kept', () => {
  const { outputs, heard } = collect(
    [
      stdout('123456'),
      stdout('7890abcdef'),
      ['display_data', { data: { 'image/png': 'x'.repeat(50) }, metadata: {} }],
      ['error', { ename: 'E', evalue: 'v', traceback: ['t'] }],
    ],
    10,
    3,
  );
  expect(outputs).toEqual([
    { output_type: 'stream', name: 'stdout', text: '1234567' },
    { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t'] },
    { output_type: 'stream', name: 'stderr', text: expect.stringContaining('the first 10 characters') },
  ]);
  expect(heard).toBe('123456');
});

test('a thing shown can be updated and cleared', () => {
  const shown = (value: string) => ({
    data: { 'text/plain': value },
    metadata: {},
    transient: { display_id: 'd' },
  });
  const updated = collect([
    ['display_data', shown('1')],
    ['update_display_data', shown('2')],
  ]);
  expect(updated.outputs).toEqual([
    { output_type: 'display_data', data: { 'text/plain': '2' }, metadata: {} },
  ]);
  const cleared = collect([stdout('old'), ['clear_output', { wait: true }], stdout('new')]);
  expect(cleared.outputs).toMatchObject([{ text: 'new' }]);
  expect(collect([stdout('old'), ['clear_output', { wait: false }]]).outputs).toEqual([]);
});
