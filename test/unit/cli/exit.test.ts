import { expect, test } from 'vitest';
import { exitCodeOf } from '../../../repo2vc/src/cli/exit.ts';
import { Failure, interrupted } from '../../../repo2vc/src/failure.ts';

test.each<[unknown, number]>([
  [new Failure('build-failed', 'x'), 1],
  [new Error('a fault of ours'), 1],
  [new Failure('usage', 'x'), 2],
  [new Failure('needs-answer', 'x'), 2],
  [new Failure('invalid-answer', 'x'), 2],
  [new Failure('connection-failed', 'x', { retryable: true }), 75],
  [interrupted(), 130],
])('%s', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
