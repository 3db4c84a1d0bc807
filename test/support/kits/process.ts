import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { footprint, supervisorPid, testEnvironment } from '../clusters.ts';
import { jupyterPrefix } from '../jupyter.ts';
import type { ProviderKit } from './types.ts';

const isProcess = (line: string) => line.startsWith('process');

/** The `process` provider's. */
export const processKit: ProviderKit = {
  needs: 'pip',
  environment: async (what) => ({
    ...testEnvironment(),
    ...(what === 'jupyter' && { prefix: await jupyterPrefix() }),
  }),
  kill: async ({ places }, cluster, node) =>
    void process.kill(supervisorPid(places, cluster, node), 'SIGKILL'),
  footprint: async ({ places }, cluster) => footprint(places, cluster),
  isTag: (line) => line.startsWith('node file'),
  programs: async ({ places }, cluster) => footprint(places, cluster).filter(isProcess),
  placeStrangers: async ({ places }) => {
    const folder = join(places.state, 'nodes', 'notes');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mine.txt'), 'a file of a person');
  },
  showing: async ({ places }, _cluster, text) => footprint(places, text).filter(isProcess),
};
