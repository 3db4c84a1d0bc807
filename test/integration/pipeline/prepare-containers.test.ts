import { expect, test } from 'vitest';
import { prepare } from '../../../repo2vc/src/pipeline/prepare.ts';
import { everyTestNeeds } from '../../support/needs.ts';
import { stage } from '../../support/stage.ts';

everyTestNeeds('docker');

test('a check that is killed for want of memory is told as that', async () => {
  const command = ['python3', '-c', 'x = b"x" * 10**9'];
  const set = await stage({
    ...{ provider: 'docker', bare: true },
    template: {
      node: { environment: 'main', memoryGiB: 0.0625 },
      checks: [{ name: 'it fits', command }],
    },
  });
  await expect(prepare(set.preparing(), set.tools)).rejects.toMatchObject({
    code: 'out-of-memory',
    message: expect.stringMatching(/^Memory ran out on entry-1\. The check "it fits" ended with 137/),
    args: { check: 'it fits', node: 'entry-1' },
  });
});
