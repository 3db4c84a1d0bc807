import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { buildLog, readable } from '../../../repo2vc/src/builders/image/build-log.ts';
import type { Event } from '../../../repo2vc/src/events.ts';
import { type BuildRecord, buildImage } from '../../../repo2vc/src/io/docker/build.ts';
import type { Docker } from '../../../repo2vc/src/io/docker/client.ts';
import { failureOf } from '../../support/failures.ts';

/** An engine whose build answers with these bytes. */
async function recordsOf(answer: readonly (string | Buffer)[], builder: 'classic' | 'buildkit' = 'classic') {
  const docker = {
    stream: async () => Readable.from(answer.map((one) => Buffer.from(one))),
  } as unknown as Docker;
  const records: BuildRecord[] = [];
  const by = builder === 'classic' ? { builder, network: 'n', memoryMiB: 1 } : { builder };
  const build = { context: Readable.from([]), dockerfile: 'D', args: {}, labels: {}, by };
  for await (const record of buildImage(docker, { ...build, signal: new AbortController().signal }))
    records.push(record);
  return records;
}

const line = (value: object) => `${JSON.stringify(value)}\r\n`;

describe('the records of a build', () => {
  test('are read, whatever pieces they come in', async () => {
    const answer = Buffer.from(
      [
        ...['Step 1/2 : FROM a', '\n', ' ---> 0c6cc99c51d3\n', 'Step 2/2 : RUN x\n  y', '\n'].map((stream) =>
          line({ stream }),
        ),
        ...[
          ' ---> Running in ec629438de98\n',
          'é',
          'ü\n',
          'Removing intermediate container ec629438de98\n',
        ].map((stream) => line({ stream })),
        line({ aux: { ID: 'sha256:1' } }),
        JSON.stringify({ stream: 'Successfully built 1\n' }),
      ].join(''),
    );
    const expected = [
      { kind: 'step', step: 'FROM a' },
      { kind: 'step', step: 'RUN x\n  y' },
      { kind: 'container', id: 'ec629438de98' },
      { kind: 'output', step: 'RUN x\n  y', text: 'é' },
      { kind: 'output', step: 'RUN x\n  y', text: 'ü\n' },
      { kind: 'image', id: 'sha256:1' },
    ];
    expect(await recordsOf([answer])).toEqual(expected);
    expect(await recordsOf([...answer].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  test('tell a step that failed', async () => {
    const error = { errorDetail: { code: 3, message: 'returned 3' }, error: 'returned 3' };
    expect(await recordsOf([line({ stream: 'Step 1/1 : RUN x' }), line(error)])).toEqual([
      { kind: 'step', step: 'RUN x' },
      { kind: 'error', step: 'RUN x', message: 'returned 3', code: 3 },
    ]);
    expect(await recordsOf([line({ error: 'only so' })])).toEqual([
      { kind: 'error', step: '', message: 'only so' },
    ]);
  });

  test('that break off are no end', async () => {
    const broken = [line({ stream: 'Step 1/1 : RUN x' }), '{"stream":'];
    expect(await failureOf(() => recordsOf(broken))).toMatchObject({ code: 'engine-gone', retryable: true });
    expect(await failureOf(() => recordsOf(['<html>\n']))).toMatchObject({ code: 'engine-gone' });
  });

  test('of BuildKit are decoded', async () => {
    // what Docker 20.10 says of `RUN echo hello; exit 4`
    const text = (field: number, value: string | Buffer) => {
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);
    };
    const time = Buffer.from([8, 1]);
    const trace = (...parts: Buffer[]) =>
      line({ id: 'moby.buildkit.trace', aux: Buffer.concat(parts).toString('base64') });
    const started = text(1, Buffer.concat([text(1, 'd1'), text(3, '[2/2] RUN x'), text(5, time)]));
    const internal = text(1, Buffer.concat([text(1, 'd0'), text(3, '[internal] load'), text(5, time)]));
    const waiting = text(1, Buffer.concat([text(1, 'd2'), text(3, '[3/3] RUN y')]));
    const log = text(
      3,
      Buffer.concat([text(1, 'd1'), text(2, time), Buffer.from([24, 1]), text(4, 'hello\n')]),
    );
    const failed = text(
      1,
      Buffer.concat([text(1, 'd1'), text(3, '[2/2] RUN x'), text(5, time), text(7, 'exit code: 4')]),
    );
    const message = 'executor failed running [/bin/sh -c x]: exit code: 4';
    expect(
      await recordsOf(
        [
          trace(internal, started, waiting),
          trace(started, log),
          trace(failed),
          line({ errorDetail: { message } }),
        ],
        'buildkit',
      ),
    ).toEqual([
      { kind: 'step', step: '[2/2] RUN x' },
      { kind: 'output', step: '[2/2] RUN x', text: 'hello\n' },
      { kind: 'error', step: '[2/2] RUN x', message, code: 4 },
    ]);
    expect(await recordsOf([line({ id: 'moby.image.id', aux: { ID: 'sha256:1' } })], 'buildkit')).toEqual([
      { kind: 'image', id: 'sha256:1' },
    ]);
  });
});

/** What a log tells of these pieces of one step's output. */
function toldOf(texts: readonly string[]) {
  const events: Event[] = [];
  const log = buildLog('main', (event) => events.push(event));
  for (const text of texts) log.take({ kind: 'output', step: 'RUN x', text });
  const last = log.lastOf('RUN x');
  const lines = events.flatMap((event) => (event.code === 'build-output' ? event.args.line : []));
  return { last, lines, warnings: events.filter((event) => event.code === 'warning') };
}

describe('what a build prints', () => {
  test('comes line by line, the last one too', () => {
    expect(toldOf(['a\nb', 'c\n', '\n', 'd']).lines).toEqual(['a', 'bc', '', 'd']);
  });

  test.each([
    ['\u001b[91mred\u001b[0m', 'red'],
    ['10 %\r20 %\r100 %', '100 %'],
    ['100 %\r', '100 %'],
    ['a\u0000b\u0007c\u0085', 'a b c'],
    ['\ufffd\ud800x', '\ufffd x'],
    ['clone https://me:hunter2@host/x', 'clone https://***@host/x'],
    ['get https://host/x?token=hunter2&b=1', 'get https://host/x?token=***&b=1'],
    ['Authorization: Bearer hunter2', 'Authorization: Bearer ***'],
    ['curl -H "Authorization: hunter2"', 'curl -H "Authorization: ***"'],
    ['GITHUB_TOKEN=hunter2 PASSWORD=hunter2', 'GITHUB_TOKEN=*** PASSWORD=***'],
    ['tokens: 12, me@example.org', 'tokens: 12, me@example.org'],
  ])('%j is told as %j', (text, told) => {
    expect(readable(text)).toBe(told);
  });

  test('is remembered to its last 40 lines, and shown to a bound', () => {
    const many = toldOf(Array.from({ length: 300 }, (_, part) => `${part}\n`.repeat(100)));
    expect(many.last).toHaveLength(40);
    expect(many.lines).toHaveLength(20_000);
    expect(many.warnings).toMatchObject([{ args: { warning: 'build-output-cut' } }]);
  });

  test('in one line without an end comes in pieces', () => {
    expect(toldOf(['x'.repeat(25_000)]).lines.map((line) => line.length)).toEqual([10_000, 10_000, 5_000]);
  });
});
