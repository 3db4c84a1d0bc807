import { expect, it } from 'vitest';
import { processProvider } from '../../repo2vc/src/clusters/providers/process/index.ts';
import { temporaryFolder, testContext } from '../support/context.ts';
import { pathWithoutBubblewrap, runContract } from '../support/contract-run.ts';
import { needs } from '../support/needs.ts';

it('says that nothing keeps programs apart where bubblewrap is not there', async () => {
  const PATH = pathWithoutBubblewrap(`${temporaryFolder()}/bin`);
  const guarantees = await processProvider.check(testContext({ environment: { PATH } }));
  expect(guarantees.isolation).toBe('none');
});

it('says what a computer lacks, and how to get it', async () => {
  const context = testContext({ environment: { PATH: temporaryFolder() } });
  await expect(processProvider.check(context)).rejects.toMatchObject({ code: 'programs-missing' });
});

it('keeps the contract without bubblewrap', async () => {
  const { code, said } = await runContract({ bubblewrap: false }, temporaryFolder());
  expect(code, said).toBe(0);
});

it.skipIf(!needs.root)(
  'keeps the contract for a plain user, with bubblewrap (only root can become one)',
  async () => {
    const { code, said } = await runContract({ uid: 21234, bubblewrap: true }, temporaryFolder());
    expect(code, said).toBe(0);
  },
);

it.skipIf(!needs.root)(
  'keeps the contract for a plain user without bubblewrap (only root can become one)',
  async () => {
    const { code, said } = await runContract({ uid: 21235, bubblewrap: false }, temporaryFolder());
    expect(code, said).toBe(0);
  },
);
