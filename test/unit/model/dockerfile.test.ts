import { describe, expect, test } from 'vitest';
import { readDockerfile } from '../../../repo2vc/src/model/dockerfile.ts';
import { failureOf } from '../../support/failures.ts';

const read = (text: string) => readDockerfile(text, 'Dockerfile');
const namesIn = (text: string) => read(text).images.map(({ name, line }) => `${line} ${name}`);

describe('the images of a Dockerfile', () => {
  test.each([
    ['FROM python:3.11', ['1 python:3.11']],
    ['\uFEFF# c\r\n from  python AS b\r\nFROM b\r\nFROM scratch', ['2 python']],
    [
      'ARG V=3.11\nARG I=python:$V\nFROM ${I}-slim\nARG V=9\nFROM $I',
      ['3 python:3.11-slim', '5 python:3.11'],
    ],
    ['FROM ${X:-debian}:${Y:-12}${Z:+no}', ['1 debian:12']],
    ['FROM "python:3"', ['1 python:3']],
    ['FROM \\\n# not a line\n  a \\\n as b\nCOPY --from=B /x /x\nCOPY --from=0 /x /x', ['1 a']],
    [
      'FROM a\nCOPY --from=nginx:1 /x /x\nRUN --mount=type=bind,from=tools,target=/t t',
      ['1 a', '2 nginx:1', '3 tools'],
    ],
    ['# escape=`\nFROM a `\n AS b\nRUN x `\n FROM y', ['2 a']],
    ['FROM a\nRUN cat <<E\nFROM evil\nE\nFROM c', ['1 a', '5 c']],
    ['FROM a\nRUN x \\\n  FROM b', ['1 a']],
    ['FROM scratch\nADD x /', []],
  ])('%j: %j', (text, images) => {
    expect(namesIn(text)).toEqual(images);
  });

  test('a platform of its own is told, one of the engine is not', () => {
    expect(read('FROM --platform=linux/arm64 a\nFROM --platform=$BUILDPLATFORM b').images).toEqual([
      { name: 'a', line: 1, platform: 'linux/arm64' },
      { name: 'b', line: 2 },
    ]);
  });

  test.each([
    ['', 'line 1: it has no FROM'],
    ['RUN x', 'line 1: it has no FROM'],
    ['ARG A\nFROM $A', 'line 2: the image is not known: $A has no value'],
    ['FROM x-${A}', 'line 1: the image is not known: ${A} has no value'],
    ['FROM', 'line 1: FROM names no image'],
    ['FROM a\nCOPY --from=../b /x /x', 'line 2: "../b" is no name of an image'],
    [
      '# syntax=evil/frontend\nFROM a',
      'line 1: it is not written for docker/dockerfile:1, but for evil/frontend',
    ],
  ])('%j is refused: %s', async (text, said) => {
    const failure = await failureOf(async () => read(text));
    expect(failure).toMatchObject({ code: 'invalid-dockerfile', message: `Dockerfile, ${said}.` });
  });

  test('a long one is read in reasonable time', () => {
    expect(read(`FROM a\n${'RUN echo a\n'.repeat(50_000)}`).images).toHaveLength(1);
    expect(() => read(`FROM ${'${a'.repeat(200_000)}`)).toThrow('is no name of an image');
  });
});

describe('what only BuildKit understands', () => {
  test.each([
    ['RUN --mount=type=cache,target=/c x', 'RUN --mount'],
    ['RUN --network=none x', 'RUN --network'],
    ['COPY --chmod=755 a b', 'COPY --chmod'],
    ['COPY --link a b', 'COPY --link'],
    ['ADD --chmod=755 a b', 'ADD --chmod'],
    ['RUN cat <<E\nx\nE', 'RUN <<'],
    ['COPY <<E /x\nx\nE', 'COPY <<'],
  ])('%j', (line, what) => {
    expect(read(`FROM a\n${line}`).buildkit).toEqual({ line: 2, what });
  });

  test.each([
    'RUN echo $((1<<2)) <<< "x"',
    'RUN python3 -c "print(400 << 20)"',
    'COPY --from=b --chown=1:1 a b',
    'ADD --chown=1 a b',
    'HEALTHCHECK --interval=5s CMD x',
    'RUN x --mount y',
  ])('not %j', (line) => {
    expect(read(`# syntax=docker/dockerfile:1.4\nFROM --platform=linux/amd64 a\n${line}`).buildkit).toBe(
      undefined,
    );
  });
});

test('is rewritten in its places alone, line by line', () => {
  const text =
    '# syntax=docker/dockerfile:1\r\nARG V=1\nFROM --platform=linux/amd64 \\\n  a:${V} AS x # no\nFROM x\nCOPY --from=a:1 a:1 /a:1\nCOPY --from=x a:1 b\nFROM scratch\nRUN a:1';
  expect(read(text).rewritten((name) => `new/${name}`)).toBe(
    '\r\nARG V=1\nFROM  \\\n  new/a:1 AS x # no\nFROM x\nCOPY --from=new/a:1 a:1 /a:1\nCOPY --from=x a:1 b\nFROM scratch\nRUN a:1',
  );
});
