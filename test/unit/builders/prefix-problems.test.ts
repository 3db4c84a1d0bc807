import { expect, test } from 'vitest';
import { mend } from '../../../repo2vc/src/builders/problems.ts';

const noSolution = 'error: No solution found when resolving dependencies\n  cause: ';

test.each([
  ['error: failed to write: No space left on device (os error 28)', 'disk-full'],
  [
    'error: Request failed\n  cause: error sending request for url (https://host/simple/six/)',
    'packages-unreachable',
  ],
  [
    'error: HTTP status server error (503 Service Unavailable) for url (https://host/x)',
    'packages-unreachable',
  ],
  [
    `${noSolution}Because it was not found in the package registry and you require it, we…`,
    'no-such-package',
  ],
  [`${noSolution}Because there is no version of six==99 and you require six==99, we…`, 'no-such-package'],
  [`${noSolution}Because you require six<1.10 and six>1.12, we can conclude…`, 'requirements-conflict'],
  [
    `${noSolution}Because old==0.6.2 has no usable wheels and…\n\nhint: Wheels are required for \`old\` because building from source is disabled`,
    'only-source-distribution',
  ],
  ['error: Failed to download `six==1`\n  cause: Hash mismatch for `six==1`', 'checksum-mismatch'],
])('%s', (said, code) => {
  const failure = mend(said, 'the environment main');
  expect(failure).toMatchObject({ code });
  expect(failure?.hint).toBeTruthy();
});

test('a wrapped line is read as one', () => {
  const said = `${noSolution}Because large==1 depends on small>=2 and you require large,\n         we can conclude that you require small>=2.\n         And because you require small==1.0, we can conclude that your requirements are unsatisfiable.`;
  expect(mend(said, 'it')).toMatchObject({
    code: 'requirements-conflict',
    message: expect.stringContaining('small==1.0'),
  });
});

test('the login in an address is not shown', () => {
  const said = 'error sending request for url (https://me:hunter2@host/simple)';
  expect(mend(said, 'it')?.message).toContain('https://host/simple');
});

test('what is not understood is left to the caller', () => {
  expect(mend('error: something new', 'it')).toBeUndefined();
});
